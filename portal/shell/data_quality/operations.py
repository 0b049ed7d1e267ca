"""What these pages write: only that a list was taken away."""

from portal.journal.operations import Act, Actor, record

EXPORTED = Act("data_quality_exported", "{actor} a exporté {lines} de la qualité des données ({what}).")


def record_quality_export(*, actor: Actor, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many people, and which list, in French."""
    lines = f"{count} ligne{'s' * (count > 1)}"
    record(actor, EXPORTED, object_kind="people_list", object_id=None, lines=lines, what=what)
