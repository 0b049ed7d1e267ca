"""What is typed about a message."""

from django import forms


class GiveUpForm(forms.Form):
    """Why nobody will send it."""

    reason = forms.CharField(
        label="Motif",
        max_length=250,
        help_text="Écrit au journal. Par exemple : « compte créé à la main dans le logiciel ».",
        error_messages={"required": "Indiquez pourquoi cet envoi est abandonné."},
    )
