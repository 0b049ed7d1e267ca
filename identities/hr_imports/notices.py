"""What the digest and the home page say of files that software sent and that wait for a person."""

from collections.abc import Iterator

from django.urls import reverse

from identities.hr_imports.models import Outcome, Run
from identities.hr_imports.queries import doubles_left, pushes_waiting
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission
from tenants.notices.registry import Item, digest_section


@digest_section("hr_imports_waiting")
def hr_imports_waiting(access: Access) -> Iterator[Item]:
    """Imports are of the whole group: those who hold the right at some sites only see none of them."""
    if access.establishments_for(Permission.HR_IMPORT) is not None:
        return
    for run in pushes_waiting():
        yield Item(waiting_sentence(run), reverse("hr_imports:run", args=[access.group_slug, run.pk]))
    for run in doubles_left():
        yield Item(doubles_sentence(run), reverse("hr_imports:lines", args=[access.group_slug, run.pk]))


def waiting_sentence(run: Run) -> str:
    """« L'envoi du logiciel de « Paie » du 12/11/2026 attend une personne. »"""
    why = "un garde-fou l'arrête" if run.guards else "il attend votre confirmation"
    return f"L'envoi de « {run.source.name} » par son logiciel, situation au {run.as_of:%d/%m/%Y} : {why}."


def doubles_sentence(run: Run) -> str:
    """« Le dernier envoi de « Paie » a laissé 2 doubles probables de côté : … »"""
    count = run.counts[Outcome.DOUBLE]
    many = f"{count} doubles probables" if count > 1 else "un double probable"
    return (
        f"Le dernier envoi de « {run.source.name} » par son logiciel a laissé {many} de côté : pour décider, déposez le"
        " même fichier à la main."
    )
