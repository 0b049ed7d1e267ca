"""Acts that several test files of this room repeat."""

from datetime import timedelta

from identities.assignments.models import Assignment
from identities.assignments.operations import start_assignment
from portal.foundation.clock import now
from portal.journal.operations import Machine

ACTOR = Machine("Anne Référente")


def arrive(person, establishment, **values) -> Assignment:
    """An aide-soignant on a two-day mission begun an hour ago, unless said otherwise."""
    usual = {
        "function_code": "R85-313",
        "kind": "mission",
        "contract": "temp",
        "starts_at": now() - timedelta(hours=1),
        "ends_at": now() + timedelta(days=2),
    }
    return start_assignment(
        actor=ACTOR, person_id=person.pk, establishment_id=establishment.pk, **{**usual, **values}
    )
