"""Shapes of what the platform's operator types."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tenants.groups.finess_queries import ProposedEntity, ProposedSite, split_numbers


class CustomerSearchForm(forms.Form):
    q = forms.CharField(label="Nom du groupe", required=False, max_length=100)


class NumbersForm(forms.Form):
    """First step: the EJ numbers."""

    numbers = forms.CharField(
        label="Numéros FINESS des entités juridiques (EJ)",
        help_text="Un numéro par ligne : 9 caractères, zéros de tête compris.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def clean_numbers(self) -> list[str]:
        return split_numbers(self.cleaned_data["numbers"])


class NewGroupForm(forms.Form):
    """Second step: which sites, under what name, and the two first administrators."""

    name = forms.CharField(label="Nom du groupe", max_length=200)
    slug = forms.SlugField(
        label="Adresse du groupe",
        help_text="Ce qui suit /g/ dans l'adresse des pages. Laissez vide pour la tirer du nom.",
        required=False,
        max_length=60,
    )
    sites = forms.MultipleChoiceField(
        label="Établissements sociaux et médico-sociaux ouverts",
        help_text="Décochez ceux que le groupe ne gère pas ici.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un établissement."},
    )
    first_name = forms.CharField(label="Premier administrateur : prénom et nom", max_length=200)
    first_email = forms.EmailField(label="Premier administrateur : adresse électronique")
    second_name = forms.CharField(label="Second administrateur : prénom et nom", max_length=200)
    second_email = forms.EmailField(
        label="Second administrateur : adresse électronique",
        help_text="Chacun des deux confirmera l'autre.",
    )

    def __init__(self, *args: Any, entities: Sequence[ProposedEntity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].choices = [  # type: ignore[attr-defined]
            (f"{entity.finess} {entity.name}", [_choice(site, len(entities) > 1) for site in entity.sites])
            for entity in entities
        ]

    @property
    def recipients(self) -> list[tuple[str, str]]:
        """Full name and address of both administrators, once the form is valid."""
        typed = self.cleaned_data
        return [(typed["first_name"], typed["first_email"]), (typed["second_name"], typed["second_email"])]


def _choice(site: ProposedSite, several: bool) -> tuple[str, str]:
    """The legal entity is named when there are several to tell apart."""
    national = site.national
    place = f"{national.postal_code} {national.city}".strip()
    entity = f", EJ {national.legal_entity_finess}" if several else ""
    return national.finess, f"{national.name}, {site.category}, {place} (FINESS {national.finess}{entity})"
