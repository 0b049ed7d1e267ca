"""What is typed on the page of settings."""

from django import forms

from identities.registrations.models import RegistrationSettings


class SettingsForm(forms.Form):
    """Who registers people lent by an agency."""

    agency_staff = forms.ChoiceField(
        label="Qui enregistre au RPPS les personnes mises à disposition par une agence d'intérim ?",
        choices=[
            (
                RegistrationSettings.AgencyStaff.UNSETTLED,
                "À décider : personne n'est proposé à l'enregistrement",
            ),
            (
                RegistrationSettings.AgencyStaff.HERE,
                "L'établissement : elles sont proposées comme les autres",
            ),
            (RegistrationSettings.AgencyStaff.AGENCY, "Leur agence : elles ne sont jamais proposées"),
        ],
        widget=forms.RadioSelect,
    )
