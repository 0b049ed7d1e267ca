"""The line of the journal that an exported list of requests leaves."""

from uuid import UUID

from portal.journal.operations import Act, Actor, record

EXPORTED = Act(
    "registrations_exported", "{actor} a exporté {count} lignes de l'enregistrement national ({what})."
)


def record_export(*, actor: Actor, establishment_id: UUID | None, count: int, what: str) -> None:
    """How many rows, and which list with which filters, in French."""
    record(
        actor,
        EXPORTED,
        object_kind="registrations_list",
        object_id=establishment_id,
        establishment_id=establishment_id,
        count=count,
        what=what,
    )
