"""Shape of what an administrator types about their group's provider."""

from typing import Any
from uuid import UUID

from django import forms

from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.identity_providers.factors import PRESETS, ProviderKind
from tenants.identity_providers.models import IdentityProvider
from tenants.identity_providers.oidc.discovery import WELL_KNOWN
from tenants.identity_providers.operations import Settings
from tenants.memberships.access import Access
from tenants.memberships.forms import SOME_SITES, WHOLE_GROUP
from tenants.memberships.permissions import GROUP_ONLY_ROLES, Permission, Role
from tenants.memberships.rules import can_grant

MOST_LINES = 30
LINES = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"})


def _lines(text: str) -> list[str]:
    """One by line or between commas, without doubles."""
    found = (one.strip() for line in text.splitlines() for one in line.split(","))
    return list(dict.fromkeys(one for one in found if one))[:MOST_LINES]


class ProviderForm(forms.Form):
    """The whole description. The secret is written, never read."""

    label = forms.CharField(
        label="Nom de la porte",
        max_length=60,
        help_text="Complète « Continuer avec … » sur la page de connexion, par exemple « le compte de la Fondation ».",
    )
    kind = forms.ChoiceField(label="Logiciel", choices=ProviderKind.choices)
    issuer = forms.CharField(
        label="Adresse de découverte",
        max_length=300,
        help_text="L'adresse (issuer) que votre fournisseur publie, par exemple https://exemple.okta.com.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    client_id = forms.CharField(
        label="Identifiant du client", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    secret = forms.CharField(
        label="Secret du client",
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Chiffré dès l'enregistrement, jamais montré de nouveau.",
    )
    extra_scopes = forms.CharField(
        label="Portées à demander en plus",
        required=False,
        max_length=300,
        help_text="Trousseau demande openid, profile et email. Okta : ajoutez « groups » pour recevoir les groupes.",
    )
    domains = forms.CharField(
        label="Domaines des adresses du groupe",
        max_length=1000,
        widget=LINES,
        help_text="Un par ligne, par exemple « fondation-exemple.fr ». Seules ces adresses entrent par cette porte.",
    )
    vouches = forms.BooleanField(
        label="Ce fournisseur fait foi pour ces domaines",
        required=False,
        help_text="À cocher pour Microsoft Entra ID, qui ne donne pas email_verified : on croit alors ses adresses.",
    )
    amr_proofs = forms.CharField(
        label="Moyens qui prouvent deux facteurs (amr)",
        required=False,
        max_length=2000,
        widget=LINES,
        help_text="Une combinaison par ligne, par exemple « pwd + okta_verify » : toutes ses valeurs sont exigées.",
    )
    acr_proofs = forms.CharField(
        label="Niveaux qui prouvent deux facteurs (acr)",
        required=False,
        max_length=1000,
        widget=LINES,
        help_text="Un niveau par ligne, tel que votre fournisseur le donne.",
    )
    evidence = forms.CharField(
        label="D'où vous le tenez",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Pour un niveau, ou une valeur propre à votre fournisseur : ce qui dit qu'il y faut deux facteurs de "
        "natures différentes. Lu par un auditeur.",
    )

    def clean_issuer(self) -> str:
        """The address with or without the end that every provider shares."""
        typed: str = self.cleaned_data["issuer"].strip()
        return typed.removesuffix(WELL_KNOWN)

    @property
    def settings(self) -> Settings:
        """As the operations take them."""
        cleaned = self.cleaned_data
        combinations = (
            [value.strip() for value in line.split("+") if value.strip()]
            for line in cleaned["amr_proofs"].splitlines()[:MOST_LINES]
        )
        return Settings(
            label=cleaned["label"].strip(),
            kind=cleaned["kind"],
            issuer=cleaned["issuer"],
            client_id=cleaned["client_id"].strip(),
            secret=cleaned["secret"].strip(),
            extra_scopes=[one for one in cleaned["extra_scopes"].replace(",", " ").split() if len(one) <= 60][
                :10
            ],
            domains=[one.lower().removeprefix("@") for one in _lines(cleaned["domains"])],
            vouches=cleaned["vouches"],
            amr_proofs=[one for one in combinations if one],
            acr_proofs=[one[:100] for one in _lines(cleaned["acr_proofs"])],
            evidence=cleaned["evidence"].strip(),
        )

    def refuse(self, error: DomainError) -> None:
        """Shows what a rule refused, on its field when there is one."""
        add_refusal(self, error)


def in_place(provider: IdentityProvider) -> dict[str, Any]:
    """What the form shows of a provider before it is changed."""
    names = ("label", "kind", "issuer", "client_id", "vouches", "evidence")
    return {name: getattr(provider, name) for name in names} | {
        "extra_scopes": " ".join(provider.extra_scopes),
        "domains": "\n".join(provider.domains),
        "amr_proofs": spoken_combinations(provider.amr_proofs),
        "acr_proofs": "\n".join(provider.acr_proofs),
    }


def proposed(kind: str) -> dict[str, Any]:
    """What the form proposes for a kind of provider."""
    preset = PRESETS[kind]
    return {
        "kind": kind,
        "vouches": preset.vouches,
        "amr_proofs": spoken_combinations(preset.amr),
        "acr_proofs": "\n".join(preset.acr),
    }


def spoken_combinations(proofs: Any) -> str:
    return "\n".join(" + ".join(one) for one in proofs)


class MappingForm(forms.Form):
    """A value of a claim, and the role it gives."""

    claim = forms.RegexField(
        r"^[\w.:/-]+$",
        label="Revendication",
        max_length=100,
        initial="groups",
        help_text="Son nom, tel qu'un essai de connexion le montre : « groups », « roles »…",
    )
    value = forms.CharField(
        label="Valeur", max_length=200, help_text="Au caractère près, par exemple « trousseau-referents »."
    )
    role = forms.ChoiceField(label="Rôle")
    scope = forms.ChoiceField(
        label="Périmètre",
        choices=[(SOME_SITES, "Certains établissements"), (WHOLE_GROUP, "Tout le groupe")],
        initial=SOME_SITES,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        help_text="Un droit sur tout le groupe attend, pour chaque personne, la confirmation d'un second administrateur.",
    )
    establishment_ids = forms.TypedMultipleChoiceField(
        label="Établissements", required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, access: Access, names: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = access.establishments_for(Permission.MEMBERSHIPS_GRANT)
        mine = [(key, name) for key, name in names.items() if held is None or key in held]
        sites = None if held is None else [key for key, _ in mine]
        roles = [one for one in Role if one != Role.GROUP_ADMIN and can_grant(access, one, sites)]
        self.fields["role"].choices = [("", "Choisissez un rôle"), *((one.value, one.label) for one in roles)]  # type: ignore[attr-defined]
        self.fields["establishment_ids"].choices = mine  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The scope decides whether the ticked establishments count."""
        cleaned = super().clean() or {}
        whole = cleaned.get("scope") == WHOLE_GROUP or cleaned.get("role") in GROUP_ONLY_ROLES
        if not whole and not cleaned.get("establishment_ids") and "establishment_ids" not in self.errors:
            self.add_error(
                "establishment_ids", "Cochez au moins un établissement, ou choisissez tout le groupe."
            )
        return cleaned

    @property
    def terms(self) -> dict[str, Any]:
        """As the operations take them."""
        cleaned = self.cleaned_data
        whole = cleaned["scope"] == WHOLE_GROUP or cleaned["role"] in GROUP_ONLY_ROLES
        return {
            "claim": cleaned["claim"],
            "value": cleaned["value"],
            "role": Role(cleaned["role"]),
            "establishment_ids": None if whole else cleaned["establishment_ids"],
        }

    def refuse(self, error: DomainError) -> None:
        """Shows what a rule refused, on its field when there is one."""
        add_refusal(self, error)
