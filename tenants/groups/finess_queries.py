"""Reads of the national FINESS tables, for creating groups from them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.identifiers import check_finess, compact
from tenants.groups.models import FinessCategory, FinessEstablishment, FinessLegalEntity

LENGTH = 9


@dataclass(frozen=True)
class ProposedSite:
    """An open social or medico-social establishment; `category` as people say it (EHPAD, SESSAD…)."""

    national: FinessEstablishment
    category: str


@dataclass(frozen=True)
class ProposedEntity:
    """A legal entity and the sites a group may take from it; `name_known` is false when only its sites were loaded."""

    finess: str
    siren: str
    name: str
    name_known: bool
    sites: tuple[ProposedSite, ...]


def split_numbers(typed: str) -> list[str]:
    """The numbers of a text box: one per line, or separated by commas, semicolons or spaces; each once."""
    found: list[str] = []
    for part in re.split(r"[,;\n]", typed):
        number = compact(part)
        if number and len(number) % LENGTH == 0:
            found += [number[start : start + LENGTH] for start in range(0, len(number), LENGTH)]
        elif number:
            found.append(part.strip())
    return list(dict.fromkeys(found))


def propose_entities(numbers: Iterable[str]) -> list[ProposedEntity]:
    """The legal entities of those EJ numbers with their open social and medico-social establishments.

    Refuses (DomainError, field `numbers`): no number, a wrong one, that of an establishment, one that the loaded files
    do not know, a closed entity, an entity without such an establishment.
    """
    wanted = [_checked(number) for number in numbers]
    if not wanted:
        raise _refusal("No EJ number", "Saisissez au moins un numéro FINESS d'entité juridique (EJ).")
    entities = FinessLegalEntity.objects.in_bulk(wanted)
    sites = _sites_by_entity(wanted)
    for number in wanted:
        _check_entity(number, entities.get(number), sites.get(number, ()))
    return [_proposed(number, entities.get(number), tuple(sites[number])) for number in wanted]


def _checked(number: str) -> str:
    try:
        return check_finess(number)
    except DomainError as error:
        raise _refusal(str(error), error.french) from error


def _refusal(english: str, french: str) -> DomainError:
    return DomainError(english, french, field="numbers")


def _still_open(on: date) -> Q:
    return Q(is_closed=False) & (Q(closed_on__isnull=True) | Q(closed_on__gt=on))


def _open_sites(numbers: Sequence[str]) -> QuerySet[FinessEstablishment]:
    """Categories are compared by code: the national files name some that are not, or no longer, in our table."""
    esms = FinessCategory.objects.filter(is_esms=True).values("code")
    return FinessEstablishment.objects.filter(
        _still_open(today()), legal_entity_finess__in=numbers, category_code__in=esms
    ).order_by("legal_entity_finess", "department", "name", "finess")


def _sites_by_entity(numbers: Sequence[str]) -> dict[str, list[ProposedSite]]:
    categories = {one.code: str(one) for one in FinessCategory.objects.filter(is_esms=True)}
    found: dict[str, list[ProposedSite]] = {}
    for site in _open_sites(numbers):
        proposed = ProposedSite(site, categories[site.category_code])
        found.setdefault(site.legal_entity_finess, []).append(proposed)
    return found


def _check_entity(number: str, entity: FinessLegalEntity | None, sites: Sequence[ProposedSite]) -> None:
    if entity is None and not sites:
        raise _unknown(number)
    if entity is not None and (entity.is_closed or (entity.closed_on and entity.closed_on <= today())):
        since = f" depuis le {entity.closed_on:%d/%m/%Y}" if entity.closed_on else ""
        raise _refusal(
            f"{number} is closed",
            f"L'entité juridique {number} ({entity.name}) est fermée dans FINESS{since}."
            " Cherchez celle qui a repris ses établissements.",
        )
    if not sites:
        raise _refusal(
            f"{number} has no open ESMS",
            f"L'entité juridique {number} n'a aucun établissement social ou médico-social ouvert dans FINESS."
            " Vérifiez le numéro, ou chargez un fichier FINESS plus récent.",
        )


def _unknown(number: str) -> DomainError:
    site = FinessEstablishment.objects.filter(pk=number).first()
    if site is not None:
        return _refusal(
            f"{number} is an establishment",
            f"{number} est le numéro d'un établissement ({site.name}). Saisissez celui de son entité juridique :"
            f" {site.legal_entity_finess}.",
        )
    if FinessEstablishment.objects.filter(legal_entity_finess=number).exists():
        return _refusal(
            f"{number} has no open ESMS",
            f"L'entité juridique {number} n'a aucun établissement social ou médico-social ouvert dans FINESS.",
        )
    if not FinessEstablishment.objects.exists():
        return _refusal(
            "No FINESS file was loaded",
            "Aucun fichier FINESS n'est encore chargé : lancez d'abord « manage.py load_finess FICHIER ».",
        )
    return _refusal(
        f"{number} is unknown",
        f"Le numéro {number} n'est pas dans les fichiers FINESS chargés. Vérifiez-le, ou chargez un fichier plus récent.",
    )


def _proposed(
    number: str, entity: FinessLegalEntity | None, sites: tuple[ProposedSite, ...]
) -> ProposedEntity:
    if entity is None:
        return ProposedEntity(number, "", f"Entité juridique {number}", False, sites)
    return ProposedEntity(number, entity.siren, entity.name, True, sites)
