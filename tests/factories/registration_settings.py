"""What a group chose about registrations, inside a tenant door."""

from identities.registrations.models import RegistrationSettings


def agency_staff_is(choice: str) -> RegistrationSettings:
    """« here », « agency » or « unsettled »."""
    row = RegistrationSettings.objects.first() or RegistrationSettings()
    row.agency_staff = choice
    row.save()
    return row
