"""What a group chooses about registrations."""

from identities.registrations.models import RegistrationSettings
from identities.registrations.routes import agency_staff
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

CHOSEN = Act("registrations_agency_staff", "{actor} a choisi pour le personnel d'agence : {choice}.")


def choose_agency_staff(*, actor: Actor, choice: str) -> None:
    """Says who registers people lent by an agency: the establishment, the agency, or not decided yet.

    Chosen again as it is, writes nothing. Refuses (DomainError) another word.
    """
    if choice not in RegistrationSettings.AgencyStaff.values:
        raise DomainError(f"Unknown choice {choice}", "Choisissez une des trois réponses.", "agency_staff")
    before = agency_staff()
    if choice == before:
        return
    row, _ = RegistrationSettings.objects.update_or_create(defaults={"agency_staff": choice})
    record(
        actor,
        CHOSEN,
        object_kind="registration_settings",
        object_id=row.pk,
        before={"agency_staff": before},
        after={"agency_staff": choice},
        choice=row.get_agency_staff_display(),
    )
