"""Reads of the national directory."""

from dataclasses import dataclass

from django.db.models import QuerySet

from identities.national_directory.models import DirectoryLink, DirectoryLoad, FileKind
from identities.national_directory.rules import RecheckRule, due_before
from identities.national_directory.states import LinkState
from identities.people.models import Person
from portal.foundation.clock import now, today

STALE_DAYS = 30  # ours: the files are published every day, and the API keeps 30 days of changes


@dataclass(frozen=True)
class FileFreshness:
    """One of the five files: its last load, and what to say of its age (`status`: ok, warn, neutral)."""

    label: str
    load: DirectoryLoad | None
    status: str
    said: str


def freshness() -> list[FileFreshness]:
    """The five files in the order in which they are loaded, each with its age in days."""
    last = {one.kind: one for one in DirectoryLoad.objects.order_by("kind", "-id").distinct("kind")}
    return [_fresh(FileKind(kind), last.get(kind)) for kind in FileKind.values]


def _fresh(kind: FileKind, load: DirectoryLoad | None) -> FileFreshness:
    label = f"{kind.label[:1].upper()}{kind.label[1:]}"
    if load is None:
        return FileFreshness(label, None, "neutral", "Jamais chargé")
    days = (today() - load.file_date).days if load.file_date else (now() - load.loaded_at).days
    said = "À jour" if days < 1 else f"{days} jour{'s' if days > 1 else ''}"
    return FileFreshness(label, load, "warn" if days > STALE_DAYS else "ok", said)


def loads_of() -> QuerySet[DirectoryLoad]:
    """Every load, the last one first."""
    return DirectoryLoad.objects.order_by("-id")


def main_file_date() -> str:
    """The day of the file of people and activities that is loaded (AAAA-MM-JJ), or of its load; empty before any."""
    load = DirectoryLoad.objects.filter(kind=FileKind.ACTIVITIES).order_by("-id").first()
    return "" if load is None else f"{load.file_date or load.loaded_at:%Y-%m-%d}"


def link_of(person: Person) -> DirectoryLink | None:
    """The number that the person is linked with; None without a link."""
    return DirectoryLink.objects.filter(person=person, state=LinkState.LINKED).first()


def links_due(rule: RecheckRule) -> QuerySet[DirectoryLink]:
    """Links of the door whose last check is too old for that rule, the oldest first."""
    rows = DirectoryLink.objects.filter(state=LinkState.LINKED, checked_at__lt=due_before(rule, now()))
    return rows.order_by("checked_at", "pk")
