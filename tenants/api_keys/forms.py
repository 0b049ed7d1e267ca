"""Shape of what is typed about keys."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms

from portal.foundation.clock import today
from portal.foundation.forms import FrenchDateField
from tenants.api_keys.limits import offered_limits
from tenants.api_keys.models import ApiKey, Scope
from tenants.api_keys.rules import OVERLAPS

_USUAL = timedelta(days=365)
_OVERLAP_WORDS = {0: "Tout de suite : il a pu être lu par quelqu'un d'autre", 1: "Dans 1 jour"}


def _usual_expiry() -> date:
    return today() + _USUAL


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label="Nom du logiciel",
        max_length=60,
        help_text="Tel que le journal le nommera, par exemple : Paie Siège.",
        error_messages={"required": "Nommez le logiciel qui se servira de cette clé."},
    )
    scopes = forms.MultipleChoiceField(
        label="Ce qu'elle permet",
        choices=[(one.value, f"{one.label[:1].upper()}{one.label[1:]}") for one in Scope],
        initial=[Scope.HR_PUSH],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une chose : une clé qui ne permet rien n'ouvre rien."},
    )
    limited_to = forms.MultipleChoiceField(
        label="Limitée à ces sources RH",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : toutes les sources du groupe. Pour une agence, cochez la sienne seule.",
    )
    expires_on = FrenchDateField(
        label="Expire le",
        initial=_usual_expiry,
        help_text="Dernier jour où elle ouvre ; un an au plus. Vous serez prévenu 30 jours avant.",
        error_messages={"required": "Indiquez la date, JJ/MM/AAAA."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [one for _, offered in offered_limits() for one in offered]
        if choices:
            self.fields["limited_to"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["limited_to"]

    @property
    def terms(self) -> dict[str, Any]:
        """What `create_key` takes."""
        values = dict(self.cleaned_data)
        limits = [UUID(one) for one in values.pop("limited_to", [])]
        return {**values, "limited_to": limits or None}


class RenewForm(forms.Form):
    """A new secret. `ending`: of the secret that the page showed, so that a second click changes nothing."""

    expires_on = FrenchDateField(
        label="Expire le", initial=_usual_expiry, help_text="Dernier jour où elle ouvre ; un an au plus."
    )
    former_days = forms.TypedChoiceField(
        label="L'ancien secret cesse",
        coerce=int,
        choices=[(one, _OVERLAP_WORDS.get(one, f"Dans {one} jours")) for one in OVERLAPS],
        initial=7,
        widget=forms.RadioSelect,
        help_text="D'ici là, les deux ouvrent : le temps de poser le nouveau dans le logiciel.",
    )
    ending = forms.CharField(widget=forms.HiddenInput, max_length=4)

    def __init__(self, posted: Any, *, key: ApiKey) -> None:
        super().__init__(posted, initial={"ending": key.ending})
