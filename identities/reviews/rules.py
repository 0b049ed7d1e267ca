"""When a review may begin, and what may still be answered."""

from datetime import date, datetime, timedelta

from identities.reviews.models import Campaign, Schedule, SiteReview
from identities.reviews.states import CampaignState, ReviewState
from portal.foundation.clock import PARIS, today
from portal.foundation.errors import DomainError

# EXI 27 (RIE v1) asks for a local directory that is complete and current, without a period; a review of rights every year is
# what the CNIL advises. The month, the 12 months and the delay are ours.
WHY = (
    "L'exigence EXI 27 du référentiel d'identification électronique demande un répertoire local complet et à jour ; la CNIL "
    "conseille de revoir les habilitations chaque année. Le mois, l'intervalle de 12 mois et le délai sont des choix de "
    "Trousseau."
)
LONGEST_DAYS = 180
TOO_RECENT = timedelta(days=180)  # a review begun by hand stands for the scheduled one that would follow it


def check_due_on(due_on: date) -> None:
    """Refuses (DomainError) a deadline that is not after today, or more than 180 days away."""
    if due_on <= today():
        raise DomainError("Deadline gone by", "Choisissez une date limite à venir.", "due_on")
    if due_on > today() + timedelta(days=LONGEST_DAYS):
        french = f"Choisissez une date limite dans les {LONGEST_DAYS} jours : au-delà, la liste aurait trop vieilli."
        raise DomainError("Deadline too far", french, "due_on")


def check_schedule(month: int | None, days_to_answer: int) -> None:
    """Refuses (DomainError) a month outside of the year, and a delay outside of 1 to 180 days."""
    if month is not None and not 1 <= month <= 12:
        raise DomainError("Unknown month", "Choisissez le mois dans la liste.", "month")
    if not 1 <= days_to_answer <= LONGEST_DAYS:
        french = f"Laissez aux sites entre 1 et {LONGEST_DAYS} jours."
        raise DomainError("Delay out of range", french, "days_to_answer")


def check_open(review: SiteReview) -> None:
    """Refuses (DomainError) a review that is finished, or was closed."""
    if review.state == ReviewState.DONE:
        raise DomainError("Done", "Cette revue est terminée : il n'y a plus rien à confirmer.")
    if review.state == ReviewState.UNFINISHED:
        french = "La campagne a été close : cette revue ne peut plus être complétée. Les départs se saisissent toujours."
        raise DomainError("Closed", french)


def can_answer(review: SiteReview) -> bool:
    """Is neither finished nor closed."""
    return review.state == ReviewState.WAITING


def is_late(campaign: Campaign) -> bool:
    """Still open after its deadline."""
    return campaign.state == CampaignState.OPEN and campaign.due_on < today()


def is_due(schedule: Schedule | None, last_started_at: datetime | None, on: date) -> bool:
    """Whether the yearly review begins by itself that day: its month, and none begun for 180 days."""
    if schedule is None or schedule.month != on.month:
        return False
    return last_started_at is None or on - last_started_at.astimezone(PARIS).date() > TOO_RECENT
