"""What a request still lacks before it may leave, field by field, in French, with what to do.

API PSI v0.9.1: names, first names, sex, full birth date and birth place are required, and of an establishment's call the
e-mail and the mobile (codes KO_FORMAT_REQUIRED_FIELD_…); an end of activity wants its date and a reason of JDV_J92.
The RPPS+ portal publishes no list: the same is asked for it, its own form having these fields.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from identities.assignments.rules import OPEN_STATES as OPEN_STAYS
from identities.people.models import Person, Sex
from identities.registrations.models import BlockKind, RegistrationRequest, Route

FRANCE = "99100"
_PHONE = re.compile(r"\+?[0-9]{4,15}")
_ADDRESS = {
    "addressee": "le destinataire de la carte",
    "streetName": "la voie de l'adresse de livraison",
    "postalCode": "le code postal de l'adresse de livraison",
    "city": "la ville de l'adresse de livraison",
}
_CODES = {
    "activity_genre": "Le genre d'activité",
    "practice_mode": "Le mode d'exercice",
    "category": "La catégorie professionnelle",
}


@dataclass(frozen=True)
class MissingField:
    """`field`: our name of it, of the person or of the request; `french`: what is missing, then what to do."""

    field: str
    french: str


def lacking(
    request: RegistrationRequest, person: Person, blocks: set[str], *, has_rpps: bool, today: date
) -> list[MissingField]:
    """Nothing for a request that may leave. `blocks`: the kinds that it asks for."""
    found = [*what_ended(request, person, blocks), *missing_traits(person, request.route)]
    if request.starts_on is None and BlockKind.ACTIVITY_STOP not in blocks:
        found.append(MissingField("starts_on", "La date de début : complétez la demande."))
    if BlockKind.ACTIVITY_STOP in blocks and request.ends_on is not None and request.ends_on > today:
        found.append(
            MissingField("ends_on", "La fin de l'activité est à venir : renvoyez la demande ce jour-là.")
        )
    found += _of_activity(request, blocks, has_rpps=has_rpps)
    if BlockKind.CARD_PSI in blocks:
        lacking = [words for name, words in _ADDRESS.items() if not request.card_address.get(name)]
        found += [
            MissingField("card_address", f"Il manque {words} : complétez la demande.") for words in lacking
        ]
    if BlockKind.CARD_CPS in blocks and not has_rpps:
        found.append(
            MissingField("rpps", "Une CPS se commande pour un numéro RPPS : demandez une carte PSI.")
        )
    return found


def what_ended(request: RegistrationRequest, person: Person, blocks: set[str]) -> Iterator[MissingField]:
    """Nothing leaves of somebody who has left since, nor of a record that another one continues."""
    if person.merged_into_id is not None:
        yield MissingField(
            "person", "Cette fiche est réunie à une autre, qui a sa propre demande : retirez celle-ci."
        )
    stay = request.assignment
    if stay is not None and stay.state not in OPEN_STAYS and BlockKind.ACTIVITY_STOP not in blocks:
        yield MissingField("assignment", "L'affectation est terminée : retirez la demande.")


def missing_traits(person: Person, route: str) -> Iterator[MissingField]:
    """Of the person's record alone. Who registers by themselves confirms their traits: one way to reach them is enough."""
    if route == Route.SELF:
        if not person.email and not person.phone:
            yield MissingField(
                "email", "Un courriel ou un mobile, pour inviter la personne : complétez la fiche."
            )
        return
    if not person.first_names:
        yield MissingField("first_names", "Au moins un prénom, tel qu'à l'état civil : complétez la fiche.")
    if person.sex not in Sex.values:
        yield MissingField("sex", "Le sexe : complétez la fiche.")
    if not _is_full(person.birth_date):
        yield MissingField(
            "birth_date", "La date de naissance en entier, jour et mois compris : complétez la fiche."
        )
    yield from _of_birth_place(person)
    if not person.email:
        yield MissingField(
            "email", "Le courriel, obligatoire quand l'établissement enregistre : complétez la fiche."
        )
    if not _PHONE.fullmatch(person.phone):
        yield MissingField(
            "phone", "Le mobile, obligatoire quand l'établissement enregistre : complétez la fiche."
        )


def _of_birth_place(person: Person) -> Iterator[MissingField]:
    abroad = person.birth_country_code not in ("", FRANCE)
    if not abroad and not person.birth_commune_code:
        yield MissingField("birth_place", "La commune ou le pays de naissance : complétez la fiche.")
    if abroad and not person.birth_place:
        yield MissingField("birth_place", "La ville de naissance à l'étranger : complétez la fiche.")
    if abroad and person.is_french is None:
        yield MissingField(
            "is_french",
            "La nationalité, pour une naissance à l'étranger : complétez la fiche.",
        )


def _of_activity(request: RegistrationRequest, blocks: set[str], *, has_rpps: bool) -> Iterator[MissingField]:
    asks = blocks & {BlockKind.ACTIVITY_START, BlockKind.ACTIVITY_STOP}
    if not asks:
        return
    if request.route == Route.PSI and not has_rpps:
        yield MissingField("rpps", "Le numéro RPPS : l'API ne déclare une activité que pour qui en a un.")
    for name, words in _CODES.items():
        if not getattr(request, name):
            yield MissingField(name, f"{words} : complétez la demande.")
    if BlockKind.ACTIVITY_STOP in blocks:
        if request.ends_on is None:
            yield MissingField("ends_on", "La date de fin de l'activité : complétez la demande.")
        if not request.end_reason:
            yield MissingField("end_reason", "Le motif de fin de l'activité : choisissez-le dans la demande.")


def _is_full(birth_date: str) -> bool:
    try:
        date.fromisoformat(birth_date)
    except ValueError:
        return False
    return True
