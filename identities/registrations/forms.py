"""What is typed or chosen about requests: filters, who to prepare, what to ask, why it is withdrawn."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from identities.people.rules import NO_RESIDENT
from identities.registrations.desk import CODE, MISSING, ORDERS, TRAIT, DeskFilter
from identities.registrations.models import Route
from identities.registrations.shown import TRAITS
from identities.registrations.states import RequestState
from identities.registrations.to_register import COMPLETE, LACKING
from portal.foundation.filters import ListFilters

AGES = (
    ("", "Toutes"),
    ("1", "Plus d'un jour"),
    ("3", "Plus de 3 jours"),
    ("7", "Plus de 7 jours"),
    ("30", "Plus de 30 jours"),
)
MOST_AT_ONCE = 500


class DeskForm(ListFilters):
    """Filters of the desk. Anything that is not understood is left out."""

    q = forms.CharField(label="Nom", required=False, max_length=100, widget=forms.SearchInput())
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    voie = forms.ChoiceField(label="Voie", required=False, choices=[("", "Toutes"), *Route.choices])
    age = forms.ChoiceField(label="Préparée depuis", required=False, choices=AGES)
    motif = forms.ChoiceField(label="Motif", required=False)
    etat = forms.ChoiceField(
        required=False, choices=[("toutes", "Toutes"), *RequestState.choices], widget=forms.HiddenInput()
    )

    def __init__(
        self, asked: Any, *, reasons: tuple[list[str], list[str]], sites: Mapping[Any, str] | None = None
    ) -> None:
        super().__init__(asked, sites=sites)
        codes, lacking = reasons
        self.offer(
            "motif",
            [
                ("", "Tous"),
                *((f"{TRAIT}{name}", f"Diffère au RNIPP : {label}") for name, label in TRAITS.items()),
                *((f"{MISSING}{one}", f"Manque : {one}") for one in lacking),
                *((f"{CODE}{one}", f"Code {one}") for one in codes),
            ],
        )

    @property
    def is_list(self) -> bool:
        """One state, or all, as a table; else the board."""
        return "etat" in self.understood()

    def asked(self, order: str = "") -> DeskFilter:
        """The filter, with the order of `?tri=`."""
        values = self.understood()
        column = order.removeprefix("-")
        state = values.get("etat", "")
        return DeskFilter(
            establishment_id=self.site,
            states=(state,) if state in RequestState.values else (),
            route=values.get("voie", ""),
            older_than=int(values.get("age", 0)),
            reason=values.get("motif", ""),
            text=values.get("q", ""),
            order=column if column in ORDERS else "age",
            descending=order.startswith("-"),
        )


class ToRegisterForm(ListFilters):
    """Filters of the people to register. Anything that is not understood is left out."""

    q = forms.CharField(label="Nom", required=False, max_length=100, widget=forms.SearchInput())
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    fonction = forms.ChoiceField(label="Fonction", required=False)
    manque = forms.ChoiceField(
        label="Il manque",
        required=False,
        choices=[
            ("", "Peu importe"),
            (COMPLETE, "Rien : fiche complète"),
            *((name, label) for name, (label, _) in LACKING.items()),
        ],
    )

    def __init__(
        self, asked: Any, *, functions: Mapping[str, str], sites: Mapping[Any, str] | None = None
    ) -> None:
        super().__init__(asked, sites=sites)
        self.offer("fonction", [("", "Toutes"), *functions.items()])


class WithdrawForm(forms.Form):
    """Why a request is withdrawn."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text=f"Par exemple « contrat annulé », « enregistrement fait par l'agence ». {NO_RESIDENT}",
    )


class CardOutcomeForm(forms.Form):
    """What somebody found out about a card whose order had no known outcome."""

    outcome = forms.ChoiceField(
        label="La carte a-t-elle été commandée ?",
        choices=[
            ("ordered", "Oui, la carte est commandée ou déjà reçue"),
            ("not_ordered", "Non, aucune carte n'est commandée : la redemander"),
        ],
        widget=forms.RadioSelect(),
    )


class ChosenForm(forms.Form):
    """The requests of a confirmation, carried hidden from the page that showed them."""

    demande = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput())
    confirm = forms.CharField(widget=forms.HiddenInput(), initial="1")

    def __init__(self, *args: Any, ids: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [str(one) for one in ids]
        self.fields["demande"].choices = [(one, one) for one in chosen]  # type: ignore[attr-defined]
        self.initial["demande"] = chosen


def chosen_ids(typed: QueryDict, name: str) -> list[UUID]:
    """The rows that were ticked, once each; what is not an id is left aside."""
    found: dict[UUID, None] = {}
    for one in typed.getlist(name)[:MOST_AT_ONCE]:
        try:
            found[UUID(one)] = None
        except ValueError:
            continue
    return list(found)
