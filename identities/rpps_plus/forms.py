"""What is typed of the portal's work: filters, a gestionnaire's conditions, what the portal answered."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms

from identities.people.rules import NO_RESIDENT
from identities.rpps_plus.models import ManagerKind, RppsManager
from identities.rpps_plus.operations import Conditions
from portal.foundation.clock import today
from portal.foundation.filters import ListFilters
from portal.foundation.forms import FrenchDateField
from tenants.groups.models import Establishment

CLOCKS = (
    ("", "À saisir et en attente"),
    ("a-saisir", "À saisir"),
    ("numero", "Numéro attendu"),
    ("en-retard", "Numéro en retard"),
    ("ecps", "e-CPS à déclarer"),
    ("autre-nom", "Numéro sous un autre nom"),
)


class WorkForm(ListFilters):
    """Filters of the worklist; anything that is not understood is left out."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    suivi = forms.ChoiceField(label="À faire", required=False, choices=CLOCKS)


class ManagerForm(forms.Form):
    """A gestionnaire RPPS+: who, where, and what they must have."""

    user = forms.ChoiceField(label="Compte du portail")
    kind = forms.ChoiceField(label="Qualité", choices=ManagerKind.choices, widget=forms.RadioSelect())
    scope = forms.ChoiceField(
        label="Pour", help_text="Tous les sites d'une entité juridique, ou un seul établissement."
    )
    designated_on = FrenchDateField(label="Désigné le", required=False)
    designated_by = forms.CharField(
        label="Désigné par", max_length=200, required=False, help_text="Le représentant légal."
    )
    trained_on = FrenchDateField(label="Formé le", required=False)
    card_expires_on = FrenchDateField(
        label="Carte CPx valable jusqu'au",
        required=False,
        help_text="Le portail RPPS+ s'ouvre avec une carte physique de la famille CPx.",
    )

    def __init__(
        self,
        *args: Any,
        people: Mapping[UUID, str],
        sites: Iterable[Establishment],
        legal_entities: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sites = {str(one.pk): one for one in sites}
        self._people = {str(one): name for one, name in people.items()}
        wide = [(f"ej:{one}", f"Tous les sites de {name}") for one, name in legal_entities.items()]
        self.fields["user"].choices = list(self._people.items())  # type: ignore[attr-defined]
        self.fields["scope"].choices = [*wide, *((key, one.name) for key, one in self._sites.items())]  # type: ignore[attr-defined]

    @property
    def conditions(self) -> Conditions:
        """As they will be kept."""
        typed = self.cleaned_data
        scope = typed["scope"]
        site = self._sites.get(scope)
        return Conditions(
            kind=typed["kind"],
            legal_entity_id=site.legal_entity_id if site else UUID(scope.removeprefix("ej:")),
            establishment_id=site.pk if site else None,
            designated_on=typed["designated_on"],
            designated_by=typed["designated_by"],
            trained_on=typed["trained_on"],
            card_expires_on=typed["card_expires_on"],
        )

    @property
    def person(self) -> tuple[UUID, str]:
        """The account chosen, and its name."""
        chosen = self.cleaned_data["user"]
        return UUID(chosen), self._people[chosen]

    @staticmethod
    def values_of(manager: RppsManager) -> dict[str, Any]:
        """What is in place."""
        scope = str(manager.establishment_id) if manager.establishment_id else f"ej:{manager.legal_entity_id}"
        names = ("kind", "designated_on", "designated_by", "trained_on", "card_expires_on")
        return {"user": str(manager.user_id), "scope": scope} | {one: getattr(manager, one) for one in names}


class NumberForm(forms.Form):
    """The number that the portal gave."""

    rpps = forms.CharField(
        label="Numéro RPPS", max_length=30, help_text="11 chiffres, tels que le portail les affiche."
    )
    on = FrenchDateField(label="Obtenu le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"on": today()}} | kwargs)


class RefusalForm(forms.Form):
    """What the portal answered instead."""

    reason = forms.CharField(
        label="Motif", max_length=300, help_text=f"Tel que le portail le dit. {NO_RESIDENT}"
    )


class EcpsForm(forms.Form):
    """Since when the person's e-CPS works."""

    on = FrenchDateField(label="e-CPS active depuis le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"on": today()}} | kwargs)
