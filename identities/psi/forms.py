"""What an administrator types of the connection."""

from django import forms

from identities.psi.models import EstablishmentFormat


class KeyForm(forms.Form):
    """A new key; the one in place is never shown."""

    key = forms.CharField(
        label="Clé",
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="La clé donnée par l'ANS à votre structure. Elle est chiffrée, et ne sera plus jamais affichée.",
    )


class FormatForm(forms.Form):
    """How establishments are named in calls."""

    establishment_format = forms.ChoiceField(
        label="Numéro d'établissement envoyé",
        choices=EstablishmentFormat.choices,
        widget=forms.RadioSelect(),
        help_text="Le texte dit 9 ou 14 caractères, ses exemples en ont un de plus : suivez ce que l'ANS vous a dit.",
    )


class StopForm(forms.Form):
    """Why nothing more is to leave."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text="Par exemple « consigne de l'ANS », « erreur dans nos données ».",
    )
