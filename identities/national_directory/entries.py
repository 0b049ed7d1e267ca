"""One number of the national directory, with its activities in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from identities.national_directory.models import (
    FileKind,
    Label,
    NationalActivity,
    NationalPerson,
    NationalStructure,
)

OTHER_PROFESSION = "99"  # TRE_R291: a professional by role, told by TRE_R85


@dataclass(frozen=True)
class Activity:
    """`job` is the role of a professional by role, else the profession; `where` is empty without a structure."""

    job: str
    mode: str
    finess: str
    where: str


@dataclass(frozen=True)
class Entry:
    """A professional as the directory has them."""

    number: str
    name: str
    first_name: str
    activities: tuple[Activity, ...]

    @property
    def display_name(self) -> str:
        return f"{self.name.upper()} {self.first_name}".strip()


def directory_entries(numbers: Iterable[str]) -> dict[str, Entry]:
    """RPPS number → entry, for those that the loaded files know: four statements, however many numbers."""
    people = {one.number: one for one in NationalPerson.objects.filter(number__in=list(numbers))}
    activities = list(
        NationalActivity.objects.filter(number__in=list(people)).order_by("number", "finess", "key")
    )
    places = NationalStructure.objects.in_bulk({one.structure_id for one in activities if one.structure_id})
    said = _labels() if activities else {}
    found: dict[str, list[Activity]] = {number: [] for number in people}
    for one in activities:
        found[one.number].append(_activity(one, places.get(one.structure_id), said))
    return {
        number: Entry(number, one.name, one.first_name, tuple(found[number]))
        for number, one in people.items()
    }


def directory_entry(number: str) -> Entry | None:
    """One of them; None when the loaded files do not know the number."""
    return directory_entries([number]).get(number)


def _labels() -> dict[tuple[str, str], str]:
    wanted = Label.objects.filter(
        kind=FileKind.ACTIVITIES, field__in=["profession_code", "role_code", "mode_code"]
    )
    return {(field, code): label for field, code, label in wanted.values_list("field", "code", "label")}


def _activity(
    one: NationalActivity, place: NationalStructure | None, said: dict[tuple[str, str], str]
) -> Activity:
    profession = said.get(("profession_code", one.profession_code), one.profession_code)
    role = said.get(("role_code", one.role_code), one.role_code)
    return Activity(
        job=role if one.profession_code == OTHER_PROFESSION and role else profession,
        mode=said.get(("mode_code", one.mode_code), one.mode_code),
        finess=one.finess,
        where=str(place) if place else "",
    )
