"""What is typed to change somebody's site, function or service."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import TextChoices

from identities.assignments.models import Assignment, AssignmentKind, NationalFunction
from identities.assignments.move_operations import Destination
from identities.assignments.queries import FunctionOffer, functions_offered
from identities.assignments.states import AssignmentState
from portal.foundation.forms import FrenchDateTimeField
from tenants.groups.queries import units_of_sites

MORNING, EVENING = time(8, 0), time(20, 0)


class MoveMoment(TextChoices):
    NOW = "now", "Maintenant"
    DATE = "date", "À une date"


class MoveForm(forms.Form):
    """`sites`: those between which this person may move people; the present values are proposed."""

    establishment_id = forms.ChoiceField(label="Établissement")
    function_code = forms.ChoiceField(label="Fonction")
    unit_id = forms.ChoiceField(
        label="Service", required=False, help_text="Un service de l'établissement choisi."
    )
    moment = forms.ChoiceField(
        label="Prend effet",
        choices=MoveMoment.choices,
        initial=MoveMoment.NOW,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    at = FrenchDateTimeField(
        label="Date d'effet",
        required=False,
        default_time=MORNING,
        help_text="JJ/MM/AAAA HH:MM, seulement pour « À une date » ; sans heure, 08:00.",
    )
    ends_at = FrenchDateTimeField(
        label="Fin de la nouvelle affectation",
        required=False,
        default_time=EVENING,
        help_text="JJ/MM/AAAA HH:MM ; vide pour une affectation sans fin.",
    )

    def __init__(self, typed: Any, *, assignment: Assignment, sites: Mapping[UUID, str]) -> None:
        initial = {
            "establishment_id": assignment.establishment_id,
            "function_code": assignment.function_id,
            "unit_id": assignment.unit_id,
            "ends_at": assignment.ends_at,
        }
        super().__init__(typed, initial=initial)
        self._offer("establishment_id", [(str(key), name) for key, name in sites.items()])
        self._offer("function_code", list(_functions(assignment.function)))
        self._offer("unit_id", [("", "Aucun"), *_units(sites)])
        if assignment.kind == AssignmentKind.MISSION:
            self.fields["ends_at"].required = True
            self.fields["ends_at"].help_text = "JJ/MM/AAAA HH:MM ; une mission a toujours une fin."
        if assignment.state == AssignmentState.PLANNED:
            self._offer(
                "moment", [(MoveMoment.NOW, "Dès son début"), (MoveMoment.DATE, MoveMoment.DATE.label)]
            )

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("moment") == MoveMoment.DATE and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", "Indiquez le jour où le changement prend effet.")
        if cleaned.get("moment") == MoveMoment.NOW and cleaned.get("at"):
            self.add_error(
                "moment", "Vous avez tapé une date : choisissez « À une date », ou effacez la date."
            )
        return cleaned

    def destination(self) -> Destination:
        asked = self.cleaned_data
        unit = asked["unit_id"]
        return Destination(
            UUID(asked["establishment_id"]),
            asked["function_code"],
            UUID(unit) if unit else None,
            asked["ends_at"],
        )

    def asked_at(self) -> datetime | None:
        """The moment to come, or None for now (or for the start of what has not begun)."""
        return self.cleaned_data["at"] if self.cleaned_data["moment"] == MoveMoment.DATE else None


def _functions(present: NationalFunction) -> Iterator[tuple[str, Any]]:
    """Usual ones first; the present one even when it is closed since, for whoever changes the site only."""
    offered = functions_offered()
    if present.code not in {one.code for one in offered}:
        yield present.code, present.label
    for is_common, some in groupby(offered, key=_is_common):
        yield "Usuelles" if is_common else "Autres", [(one.code, one.label) for one in some]


def _is_common(offer: FunctionOffer) -> bool:
    return offer.is_common


def _units(sites: Mapping[UUID, str]) -> Iterator[tuple[str, Any]]:
    units = units_of_sites(sites)
    for site, some in groupby(units, key=lambda one: one.establishment_id):
        yield sites[site], [(str(one.pk), one.name) for one in some]
