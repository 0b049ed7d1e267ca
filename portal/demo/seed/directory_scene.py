"""The demo's Annuaire Santé: most of the group's registered people are in it as they are here, some otherwise.

Two editions are loaded by the product's own command, a fortnight apart: links are made on the first one, the second one is
what the check of links then finds otherwise. Nothing is loaded over a directory that somebody has loaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from identities.national_directory.campaign_operations import start_recheck_campaign
from identities.national_directory.campaigning import CHECKING, compare_with_files
from identities.national_directory.loading import load_directory_file
from identities.national_directory.models import CampaignScope, DirectoryLink, DirectoryLoad
from identities.national_directory.set_operations import MATCHING, propose_links
from identities.people.models import IdentifierKind, PersonIdentifier
from portal.demo.seed.directory_files import Holder, write_files
from portal.demo.seed.directory_parts import Practice, practice_at
from portal.demo.seed.names import SURNAMES
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from tenants.groups.models import Establishment

_OTHERS = 300  # people of nobody's, of whom some have the name of somebody here
_FIRST_OTHER = 9_980_000_000  # before its key
_LONG_AGO = timedelta(days=25 * 31)
_ROLE_LABEL = "Autre professionnel intervenant dans la prise en charge"
_CARE = ("FON-33", "Autre professionnel exerçant au sein de la structure")


@dataclass(frozen=True)
class _Colleague:
    """Somebody of the group as the directory may have them; `number` is empty when their record holds none."""

    holder: Holder
    number: str


def seed_directory(group_id: UUID) -> None:
    """Loads both editions, links, checks; a third of the links were then last checked two years ago. Once."""
    if DirectoryLoad.objects.using("owner").exists():
        return
    with tenant(group_id):
        places = _places()
        colleagues = _colleagues(places)
    if not colleagues:
        return
    rng = Random(len(colleagues))
    first = list(_first_edition(rng, colleagues, list(places.values())))
    _load(first, 14)
    with tenant(group_id):
        propose_links(actor=MATCHING)
    _load(list(_second_edition(rng, first, list(places.values()))), 0)
    with tenant(group_id):
        campaign = start_recheck_campaign(actor=CHECKING, scope=CampaignScope.ALL, with_api=False)
    compare_with_files(group_id, campaign.pk)
    with tenant(group_id):
        links = list(
            DirectoryLink.objects.exclude(checked_at=None).order_by("pk").values_list("pk", flat=True)
        )
        DirectoryLink.objects.filter(pk__in=links[::3]).update(checked_at=now() - _LONG_AGO)


def _places() -> dict[UUID, Practice]:
    rows = Establishment.objects.select_related("legal_entity").order_by("pk")
    return {
        one.pk: practice_at(one.finess, one.legal_entity.finess, one.name, one.postal_code, one.city)
        for one in rows
    }


def _colleagues(places: dict[UUID, Practice]) -> list[_Colleague]:
    """Everybody at work with a function that the RPPS knows, once."""
    numbers = dict(
        PersonIdentifier.objects.filter(kind=IdentifierKind.RPPS, valid_to=None).values_list(
            "person_id", "value"
        )
    )
    stays = Assignment.objects.filter(state=AssignmentState.RUNNING).select_related("person", "function")
    found: dict[UUID, _Colleague] = {}
    for one in stays.order_by("pk"):
        number = numbers.get(one.person_id, "")
        holder = Holder(
            number=number,
            name=(one.person.usage_name or one.person.birth_name).upper(),
            first_name=one.person.first_names[0] if one.person.first_names else "",
            civility="MME" if one.person.sex == "F" else "M",
            job=_job(one),
            places=(places[one.establishment_id],),
            mode="S",
        )
        known = found.get(one.person_id)
        if known is not None:
            holder = replace(known.holder, places=(*known.holder.places, *holder.places))
        found[one.person_id] = _Colleague(holder, number)
    return list(found.values())


def _job(stay: Assignment) -> tuple[str, ...]:
    function = stay.function
    authority = function.registration_authority or "ENREG"
    if function.code.startswith("R85-"):
        return ("99", _ROLE_LABEL, "C", function.national_code, function.label, authority)
    return (function.national_code, function.label, "C", *_CARE, authority)


def _first_edition(
    rng: Random, colleagues: Sequence[_Colleague], places: Sequence[Practice]
) -> Iterator[Holder]:
    """Those whose record holds a number, as they are here but for a few; some of those without, and strangers."""
    rank = 0
    for one in colleagues:
        draw = rng.random()
        if one.number and draw < 0.95:  # the others are not there (a wrong number), or under another name
            yield one.holder
        elif one.number and draw < 0.97:
            yield replace(one.holder, name=rng.choice(SURNAMES).upper())
        elif not one.number and draw < 0.12:
            rank += 1
            yield replace(one.holder, number=luhn_completed(str(_FIRST_OTHER + rank)))
    for one in rng.choices(colleagues, k=_OTHERS):
        rank += 1
        namesake = rng.random() < 0.3
        yield replace(
            one.holder,
            number=luhn_completed(str(_FIRST_OTHER + rank)),
            name=one.holder.name if namesake else rng.choice(SURNAMES).upper(),
            places=() if namesake else (rng.choice(places),),
        )


def _second_edition(rng: Random, holders: Sequence[Holder], places: Sequence[Practice]) -> Iterator[Holder]:
    """A fortnight later: gone, under another name, closed, or open at one more site; most as before."""
    for one in holders:
        draw = rng.random()
        if draw < 0.01:
            continue
        if draw < 0.025:
            yield replace(one, name=rng.choice(SURNAMES).upper())
        elif draw < 0.055:
            yield replace(one, places=())
        elif draw < 0.08:
            yield replace(one, places=(*one.places, rng.choice(places)))
        else:
            yield one


def _load(holders: Sequence[Holder], days_ago: int) -> None:
    day = today() - timedelta(days=days_ago)
    with TemporaryDirectory() as folder:
        for name, rows in write_files(Path(folder), f"{day:%Y%m%d}", holders).items():
            if rows:  # a small group may have nobody with a know-how
                load_directory_file(Path(folder) / name, accept_shrink="données de la démonstration")
