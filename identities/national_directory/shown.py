"""Links in words: lines of lists, differences with what to do, and the day of a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from identities.national_directory.authorities import registrations
from identities.national_directory.link_lists import Work, numbers_proposed, work_of
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.rules import RECHECK_RULES, Difference, due_at
from identities.people.models import Person
from portal.foundation.addresses import address
from portal.foundation.clock import PARIS, now

LINKS_HEADER = (
    "Nom de naissance", "Nom d'usage", "Prénoms", "RPPS", "État", "Source", "Décidé par", "Décidé le", "Vérifié le",
    "À vérifier avant le", "Différences", "Motif", "Établissements", "Fonctions",
)  # fmt: skip
UNLINKED_HEADER = (
    "Nom de naissance", "Nom d'usage", "Prénoms", "Établissements", "Fonctions", "Autorité d'enregistrement",
)  # fmt: skip
_BRIEFS = {
    Difference.UNKNOWN_NUMBER: "numéro disparu",
    Difference.INACTIVE_NUMBER: "numéro inactif",
    Difference.OTHER_NAME: "autre nom",
    Difference.CLOSED_HERE: "activité non déclarée ici",
    Difference.OPEN_WITHOUT_CONTRACT: "activité sans affectation",
    Difference.CARD_OPPOSED: "carte opposée",
}
_NOWHERE = Work()


def difference_brief(code: str) -> str:
    """For narrow columns; the code of an older release as it is."""
    return _BRIEFS[Difference(code)] if code in Difference.values else code


def difference_title(code: str) -> str:
    """What the directory says otherwise; the code of an older release as it is."""
    return _words(code)[0]


def difference_advice(code: str) -> str:
    """What to do about it."""
    return _words(code)[1]


def _words(code: str) -> tuple[str, str]:
    label = str(Difference(code).label) if code in Difference.values else code
    title, _, advice = label.partition(" : ")
    return title, f"{advice[:1].upper()}{advice[1:]}"


@dataclass(frozen=True)
class DueDate:
    """When a link is to be checked again under one rule; `status` says what that text is worth."""

    months: int
    on: date
    is_late: bool
    status: str
    is_law: bool


def due_dates(checked_at: datetime) -> list[DueDate]:
    """Under the law in force, then under the draft."""
    moment = now()
    found = []
    for rule in RECHECK_RULES:
        at = due_at(rule, checked_at)
        on = at.astimezone(PARIS).date()
        found.append(DueDate(rule.months, on, at < moment, rule.status, rule is RECHECK_RULES[0]))
    return found


@dataclass(frozen=True)
class LinkRow:
    """One line of a list of links. `numbers`: how many are proposed for that person."""

    link: DirectoryLink
    name: str
    url: str
    work: Work
    due: DueDate | None
    differences: tuple[str, ...]
    source: str
    numbers: int = 1


def link_rows(links: Iterable[DirectoryLink], slug: str, site: UUID | None = None) -> list[LinkRow]:
    """The lines of a page: two statements, however many."""
    shown = list(links)
    works = work_of([one.person_id for one in shown])
    numbers = numbers_proposed([one.person_id for one in shown])
    return [
        LinkRow(
            link=one,
            name=one.person.display_name,
            url=address("shell:person", group_slug=slug, person_id=one.person_id),
            work=works.get(one.person_id, _NOWHERE),
            due=due_dates(one.checked_at)[0] if one.checked_at else None,
            differences=tuple(map(difference_brief, one.differences)),
            source=LinkSource(one.source).label,
            numbers=numbers.get(one.person_id, 0),
        )
        for one in shown
    ]


@dataclass(frozen=True)
class UnlinkedRow:
    """One person without a link, where they work, and who registers them."""

    name: str
    url: str
    work: Work
    authorities: tuple[str, ...]


def unlinked_rows(people: Iterable[Person], slug: str) -> list[UnlinkedRow]:
    """The lines of a page: three statements, however many."""
    shown = list(people)
    works = work_of([one.pk for one in shown])
    briefs = _briefs(works)
    return [
        UnlinkedRow(
            name=one.display_name,
            url=address("shell:person", group_slug=slug, person_id=one.pk),
            work=works.get(one.pk, _NOWHERE),
            authorities=tuple(dict.fromkeys(briefs[code] for code in works.get(one.pk, _NOWHERE).codes)),
        )
        for one in shown
    ]


def _briefs(works: dict[UUID, Work]) -> dict[str, str]:
    codes = sorted({code for one in works.values() for code in one.codes})
    return {code: one.brief for code, one in zip(codes, registrations(codes), strict=True)}


def export_links(links: Any) -> Iterator[list[Any]]:
    """The list as a spreadsheet holds it: two statements whatever its length."""
    works = work_of(links.order_by().values("person_id"))
    for one in links:
        work = works.get(one.person_id, _NOWHERE)
        due = due_dates(one.checked_at)[0].on if one.checked_at else None
        said = " ; ".join(map(difference_title, one.differences))
        yield [
            *_names(one.person), one.rpps, one.get_state_display(), one.get_source_display(), one.decided_by_name,
            one.decided_at, one.checked_at, due, said, one.reason, ", ".join(work.sites), ", ".join(work.functions),
        ]  # fmt: skip


def export_unlinked(people: Any) -> Iterator[list[Any]]:
    """People without a link as a spreadsheet holds them: four statements whatever its length."""
    works = work_of(people.order_by().values("pk"))
    briefs = _briefs(works)
    for one in people:
        work = works.get(one.pk, _NOWHERE)
        doors = ", ".join(dict.fromkeys(briefs[code] for code in work.codes))
        yield [*_names(one), ", ".join(work.sites), ", ".join(work.functions), doors]


def _names(person: Person) -> tuple[str, str, str]:
    return person.birth_name, person.usage_name, " ".join(person.first_names)
