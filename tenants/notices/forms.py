"""Shape of what a person chooses about their notices."""

from datetime import time
from typing import Any

from django import forms

from portal.foundation.errors import DomainError
from portal.foundation.forms import FrenchDateField, add_refusal
from tenants.notices.kinds import CHOICES, NoticeKind
from tenants.notices.models import Preferences
from tenants.notices.operations import Choices
from tenants.notices.rules import rhythm_of
from tenants.notices.states import Rhythm

HOURS = [(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)]
RHYTHM = "rhythm_"


class PreferencesForm(forms.Form):
    """One choice per kind that concerns the person, then when the digest may leave."""

    wanted = forms.BooleanField(
        label="Recevoir le récapitulatif",
        required=False,
        help_text="Sans lui, seuls les avis obligatoires vous parviennent.",
    )
    send_at = forms.TypedChoiceField(
        label="Heure d'envoi", choices=HOURS, coerce=time.fromisoformat, help_text="Heure de Paris."
    )
    on_weekends = forms.BooleanField(label="Aussi le samedi et le dimanche", required=False)
    quiet_from = forms.TypedChoiceField(label="Silence à partir de", choices=HOURS, coerce=time.fromisoformat)
    quiet_until = forms.TypedChoiceField(
        label="Silence jusqu'à",
        choices=HOURS,
        coerce=time.fromisoformat,
        help_text="Deux fois la même heure : pas de silence.",
    )
    paused_until = FrenchDateField(
        label="En pause jusqu'au",
        required=False,
        help_text="JJ/MM/AAAA, ce jour compris. Les avis obligatoires partent quand même.",
    )

    def __init__(self, typed: Any, *, preferences: Preferences, kinds: list[NoticeKind]) -> None:
        super().__init__(typed, initial=_initial(preferences))
        self._others = dict(preferences.rhythms)  # of kinds that do not concern the person today
        self.kinds = [one for one in kinds if one.in_digest and not one.obligation]
        for kind in self.kinds:
            self.fields[RHYTHM + kind.code] = forms.ChoiceField(
                label=kind.label,
                choices=[(one.value, _label(one)) for one in CHOICES],
                initial=rhythm_of(preferences, kind),
            )

    def rhythm_fields(self) -> list[forms.BoundField]:
        return [self[RHYTHM + kind.code] for kind in self.kinds]

    def choices(self) -> Choices:
        """What was typed; a rhythm that is the kind's own is not kept, so that a new default reaches the person."""
        cleaned = self.cleaned_data
        rhythms = {one.code: cleaned[RHYTHM + one.code] for one in self.kinds}
        own = {one.code: one.rhythm for one in self.kinds}
        chosen = {code: rhythm for code, rhythm in rhythms.items() if rhythm != own[code]}
        return Choices(
            rhythms={code: one for code, one in self._others.items() if code not in own} | chosen,
            send_at=cleaned["send_at"],
            on_weekends=cleaned["on_weekends"],
            paused_until=cleaned["paused_until"],
            quiet_from=cleaned["quiet_from"],
            quiet_until=cleaned["quiet_until"],
            wanted=cleaned["wanted"],
        )

    def refuse(self, error: DomainError) -> None:
        add_refusal(self, error)


def _label(rhythm: Rhythm) -> str:
    return "Chaque semaine, le lundi" if rhythm == Rhythm.WEEKLY else rhythm.label


def _initial(preferences: Preferences) -> dict[str, Any]:
    return {
        "wanted": preferences.unsubscribed_at is None,
        "send_at": f"{preferences.send_at:%H:%M}",
        "on_weekends": preferences.on_weekends,
        "quiet_from": f"{preferences.quiet_from:%H:%M}",
        "quiet_until": f"{preferences.quiet_until:%H:%M}",
        "paused_until": preferences.paused_until,
    }
