"""What is typed about self-registrations: filters, invitations, dates and numbers; and by the person, step by step."""

from typing import Any

from django import forms

from identities.people.forms import IdentityForm
from identities.people.rules import MAX_EMAIL, NO_RESIDENT, check_phone
from identities.self_registrations.models import Channel
from identities.self_registrations.queries import LATE_LINK, Paths
from identities.self_registrations.rules import MAX_REASON
from identities.self_registrations.states import PathState
from portal.foundation.errors import DomainError
from portal.foundation.filters import ListFilters
from portal.foundation.forms import FrenchDateField


class PathsForm(ListFilters):
    """Filters of the list: anything that is not understood is left out."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    q = forms.CharField(label="Nom", max_length=100, required=False)
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), *PathState.choices, (LATE_LINK, "lien à renvoyer")],
    )

    def asked(self, establishment_id: Any) -> Paths:
        """The filter, at that site or at the one chosen."""
        values = self.understood()
        return Paths(values.get("etat", ""), establishment_id or self.site, values.get("q", ""))

    def in_french(self) -> str:
        return ", ".join(self.said()) or "toutes"


class ChannelForm(forms.Form):
    """How the link leaves."""

    channel = forms.ChoiceField(
        label="Comment envoyer le lien ?",
        choices=[
            (Channel.EMAIL, "Par courriel, envoyé par le portail"),
            (Channel.SMS, "Par SMS, que le site envoie de son téléphone"),
        ],
        initial=Channel.EMAIL,
        widget=forms.RadioSelect({"class": "choices-inline"}),
    )


class WithdrawForm(forms.Form):
    """Why an invitation is withdrawn."""

    reason = forms.CharField(label="Motif", max_length=MAX_REASON, help_text=NO_RESIDENT)


class DeclareForm(forms.Form):
    """The day when the person registered by themself, as they say it or as the portal RPPS+ shows it."""

    enrolled_on = FrenchDateField(
        label="Auto-enregistré le",
        past=True,
        help_text="JJ/MM/AAAA. Les 30 jours pour confirmer commencent ce jour-là.",
    )


class NumberForm(forms.Form):
    """What the portal RPPS+ gave once the request was examined there."""

    rpps = forms.CharField(
        label="Numéro RPPS",
        max_length=20,
        widget=forms.TextInput({"class": "input-code", "inputmode": "numeric", "autocomplete": "off"}),
        help_text="11 chiffres, tels que le portail RPPS+ les affiche.",
    )
    on = FrenchDateField(label="Obtenu le", past=True, help_text="JJ/MM/AAAA")


class OwnTraitsForm(IdentityForm):
    """The civil traits, by the person: contacts have their own step."""

    phone = None  # type: ignore[assignment]
    has_no_phone = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_name"].help_text = "Tel qu'il figure sur votre pièce d'identité."
        self.fields["birth_name"].widget.attrs["autocomplete"] = "off"
        self.fields["is_french"].label = "Votre nationalité"


class ContactsForm(forms.Form):
    """The person's own e-mail and mobile."""

    email = forms.EmailField(
        label="Votre courriel personnel",
        max_length=MAX_EMAIL,
        help_text="Le service national vous y écrira votre numéro.",
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "invalid": "Ce n'est pas une adresse de courriel, par exemple prenom.nom@domaine.fr."
        },
    )
    phone = forms.CharField(
        label="Votre mobile",
        required=False,
        help_text="Il sert ensuite à activer l'application e-CPS.",
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "type": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return check_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise forms.ValidationError(error.french) from error


class CodeForm(forms.Form):
    """Six digits received by mail or by SMS."""

    code = forms.CharField(
        label="Code à six chiffres",
        max_length=12,
        widget=forms.TextInput(
            {"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )
