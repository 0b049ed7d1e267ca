"""What the home pages write: only that a list was taken away."""

from portal.journal.operations import Act, Actor, record

TABLE_EXPORTED = Act("group_table_exported", "{actor} a exporté le tableau du groupe, {lines} ({what}).")


def record_table_export(*, actor: Actor, count: int, what: str) -> None:
    """Leaves the line of an exported table: how many establishments, and what was asked, in French."""
    lines = f"{count} ligne{'s' * (count > 1)}"
    record(actor, TABLE_EXPORTED, object_kind="group_table", object_id=None, lines=lines, what=what)
