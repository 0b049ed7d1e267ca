"""What a site has to do today about self-registrations."""

from uuid import UUID

from django.db.models import Count, Min

from identities.assignments.queries import Todo
from identities.self_registrations.models import SelfRegistration
from identities.self_registrations.states import PathState


def todo_of_confirmations(establishment_id: UUID) -> list[Todo]:
    """Enrolments that the ANS deletes unless they are confirmed, and the nearest deadline: one statement."""
    rows = SelfRegistration.objects.filter(establishment_id=establishment_id, state=PathState.DECLARED)
    count, first = rows.aggregate(count=Count("pk"), first=Min("confirm_by")).values()
    if not count:
        return []
    several = f"{count} auto-enregistrements sont à confirmer, le premier"
    what = "Un auto-enregistrement est à confirmer" if count == 1 else several
    text = f"{what} d'ici au {first:%d/%m/%Y}."
    return [Todo("warn", text, "", "self_registrations:list", "Voir", {"etat": PathState.DECLARED.value})]
