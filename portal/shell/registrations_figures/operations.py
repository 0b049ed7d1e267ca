"""What these pages write: only that figures were taken away."""

from portal.journal.operations import Act, Actor, record

EXPORTED = Act(
    "registrations_figures_exported", "{actor} a exporté les chiffres des enregistrements de {month}."
)


def record_figures_export(*, actor: Actor, month: str) -> None:
    """Leaves the line of exported figures: which month, in French."""
    record(actor, EXPORTED, object_kind="registrations_figures", object_id=None, month=month)
