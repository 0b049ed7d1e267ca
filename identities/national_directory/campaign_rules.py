"""When a campaign may check links again, and from what."""

from datetime import date, timedelta

from identities.national_directory.campaign_models import Campaign
from identities.national_directory.states import OPEN_CAMPAIGNS
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_tenant

FRESH_FOR = timedelta(
    days=30
)  # ours: as long as the API keeps its changes; the files are published every day


def are_fresh(file_date: date | None, today: date) -> bool:
    """Whether the loaded files are recent enough for a comparison with them to count as a check."""
    return file_date is not None and today - file_date <= FRESH_FOR


def check_can_start(file_date: date | None, today: date, *, with_api: bool) -> None:
    """Refuses (DomainError) a site's door, a second open campaign, and one that has nothing fresh to compare with."""
    if current_tenant().establishment_ids is not None:
        raise DomainError(
            "A site's door sees too little", "La vérification des liens se fait pour le groupe entier."
        )
    if Campaign.objects.filter(state__in=OPEN_CAMPAIGNS).exists():
        raise DomainError(
            "A campaign is open",
            "Une vérification des liens est déjà en cours : attendez qu'elle se termine.",
        )
    if not with_api and not are_fresh(file_date, today):
        old = f"datent du {file_date:%d/%m/%Y}" if file_date else "ne sont pas chargés"
        raise DomainError(
            "Nothing fresh to compare with",
            f"Les fichiers de l'Annuaire Santé {old} : une vérification ne vaudrait rien. Demandez à l'exploitant du portail"
            " de charger ceux du jour.",
        )
