"""How one person is shown in a list of results: words and addresses made once, not in the template cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from identities.people.models import Person
from identities.people.queries import identifiers_by_person
from portal.foundation.addresses import address


@dataclass(frozen=True)
class FoundRow:
    """One line. Words are empty when nothing is known."""

    name: str
    first_names: str
    birth: str
    identifiers: str
    url: str


def found_rows(people: list[Person], place: dict[str, Any]) -> Iterator[FoundRow]:
    """The lines of a search; `place` is the current group or site, where each person's page is opened."""
    identifiers = identifiers_by_person(people) if people else {}
    for one in people:
        date = one.birth_date_shown or "date inconnue"
        yield FoundRow(
            name=one.display_name,
            first_names=", ".join(one.first_names),
            birth=f"{date}, {one.birth_place}" if one.birth_place else date,
            identifiers=", ".join(identifiers.get(one.pk, ())),
            url=address("shell:person", **place, person_id=one.pk),
        )
