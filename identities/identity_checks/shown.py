"""How people to be seen are said on screen and as a spreadsheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from identities.assignments.models import Assignment
from identities.identity_checks.models import TraitChange
from identities.identity_checks.queries import stays_of
from identities.identity_checks.standings import LEVELS, Standing
from identities.people.models import Person
from identities.people.sentences import trait_label, trait_words
from portal.foundation.addresses import address
from portal.foundation.clock import PARIS
from portal.foundation.partial_dates import french_birth_date

CHUNK = 2000
HEADER = (
    *(
        "Nom de naissance",
        "Nom d'usage",
        "Prénoms",
        "Date de naissance",
        "Présent",
        "Établissements",
        "Fonctions",
    ),
    *("État", "Dernier contrôle", "À refaire le"),
)


@dataclass(frozen=True)
class PersonRow:
    """One person: where they work, where their identity stands, until when."""

    id: UUID
    name: str
    birth: str
    url: str
    job: str
    is_present: bool
    level: str
    status: str
    until: str


def rows_shown(
    people: Iterable[Any],
    place: dict[str, Any],
    establishment_id: UUID | None,
    functions: dict[str, str],
    sites: dict[UUID, str],
) -> Iterator[PersonRow]:
    """`place`: the arguments of the current group or site. `functions` and `sites`: their names by code and by id."""
    listed = list(people)
    stays = stays_of(listed, establishment_id)
    for one in listed:
        yield PersonRow(
            id=one.pk,
            name=one.display_name,
            birth=one.birth_date_shown or "date inconnue",
            url=address("shell:person", **place, person_id=one.pk),
            job=_jobs(stays.get(one.pk, ()), functions, sites),
            is_present=one.is_present,
            level=LEVELS[Standing(one.standing)],
            status=Standing(one.standing).label,
            until=f"{one.holds_until.astimezone(PARIS):%d/%m/%Y}" if one.holds_until else "",
        )


def _jobs(stays: Iterable[Assignment], functions: dict[str, str], sites: dict[UUID, str]) -> str:
    """« Aide-soignant, Infirmier », or « Aide-soignant à EHPAD Les Tilleuls » when the sites are named."""
    said = []
    for one in stays:
        function = functions.get(one.function_id, "")
        where = sites.get(one.establishment_id, "")
        said.append(f"{function} à {where}" if where else function)
    return ", ".join(dict.fromkeys(said))


def export_rows(
    people: QuerySet[Person], establishment_id: UUID | None, functions: dict[str, str], sites: dict[UUID, str]
) -> Iterator[list[Any]]:
    """One line per person, as values."""
    listed: list[Any] = list(people)
    for start in range(0, len(listed), CHUNK):
        part = listed[start : start + CHUNK]
        stays = stays_of(part, establishment_id)
        for one in part:
            own = stays.get(one.pk, [])
            yield [
                one.birth_name,
                one.usage_name,
                " ".join(one.first_names),
                french_birth_date(one.birth_date),
                one.is_present,
                ", ".join(dict.fromkeys(sites.get(stay.establishment_id, "") for stay in own)),
                ", ".join(dict.fromkeys(functions.get(stay.function_id, "") for stay in own)),
                Standing(one.standing).label,
                one.seen_at,
                one.holds_until,
            ]


def trait_rows(change: TraitChange) -> list[tuple[str, str, str]]:
    """Label, before, after of each trait that a change names."""
    return [
        (trait_label(name), trait_words(name, change.before[name]), trait_words(name, value))
        for name, value in change.after.items()
    ]


def how_checked(change: TraitChange) -> str:
    """« vu en face à face, passeport »."""
    document = "" if change.document_kind == "none" else change.get_document_kind_display()
    means = change.get_remote_means_display() if change.remote_means else ""
    return ", ".join(filter(None, (change.get_method_display(), means, document)))
