"""Shape of what is typed about rights and invitations."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from portal.foundation.errors import DomainError
from portal.foundation.forms import FrenchDateField, add_refusal
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.password_fields import WeighedPasswordInput
from tenants.memberships.passwords import EntropyValidator
from tenants.memberships.permissions import Permission, Role
from tenants.memberships.queries import EXPIRED
from tenants.memberships.rules import can_grant
from tenants.memberships.states import MembershipState

WHOLE_GROUP, SOME_SITES = "group", "sites"

STATE_CHOICES = [
    ("", "En cours"),
    (MembershipState.INVITED, "Invitation envoyée"),
    (MembershipState.TO_CONFIRM, "À confirmer"),
    (MembershipState.ACTIVE, "Actif"),
    (EXPIRED, "Expiré"),
    (MembershipState.ENDED, "Terminé"),
]


class RightsFilter(forms.Form):
    """Role, establishment and state; what cannot be read is no filter."""

    role = forms.ChoiceField(label="Rôle", required=False)
    site = forms.ChoiceField(label="Établissement", required=False)
    state = forms.ChoiceField(label="État", required=False, choices=STATE_CHOICES)

    def __init__(self, *args: Any, names: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "Tous"), *Role.choices]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", "Tous"), *((str(key), name) for key, name in names.items())]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, str]:
        """The filters that hold a value."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def in_french(self) -> str:
        """« Rôle : référent de site, État : En cours », for the journal."""
        asked = {"state": "", **self.asked}
        labels = {name: dict(self.fields[name].choices) for name in asked}  # type: ignore[attr-defined]
        return ", ".join(
            f"{self.fields[name].label} : {labels[name][value]}" for name, value in asked.items()
        )


class RightForm(forms.Form):
    """The terms of a right."""

    role = forms.ChoiceField(label="Rôle")
    scope = forms.ChoiceField(
        label="Périmètre",
        choices=[(SOME_SITES, "Certains établissements"), (WHOLE_GROUP, "Tout le groupe")],
        initial=SOME_SITES,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        help_text="Un droit sur tout le groupe attend la confirmation d'un second administrateur.",
    )
    establishment_ids = forms.TypedMultipleChoiceField(
        label="Établissements",
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text="À choisir si le droit ne porte pas sur tout le groupe.",
    )
    starts_on = FrenchDateField(label="Premier jour", required=False)
    ends_on = FrenchDateField(label="Dernier jour", required=False)

    def __init__(self, *args: Any, access: Access, names: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = access.establishments_for(Permission.MEMBERSHIPS_GRANT)
        sites = [(key, name) for key, name in names.items() if held is None or key in held]
        grantable = [
            one for one in Role if can_grant(access, one, None if held is None else [key for key, _ in sites])
        ]
        roles = [("", "Choisissez un rôle"), *((one.value, one.label) for one in grantable)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["establishment_ids"].choices = sites  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The scope decides whether the ticked establishments count."""
        cleaned = super().clean() or {}
        chosen = cleaned.get("scope") == WHOLE_GROUP or cleaned.get("establishment_ids")
        if not chosen and "establishment_ids" not in self.errors:
            self.add_error(
                "establishment_ids", "Cochez au moins un établissement, ou choisissez tout le groupe."
            )
        return cleaned

    @property
    def terms(self) -> dict[str, Any]:
        """As the operations take them."""
        cleaned = self.cleaned_data
        whole = cleaned["scope"] == WHOLE_GROUP
        return {
            "role": Role(cleaned["role"]),
            "establishment_ids": None if whole else cleaned["establishment_ids"],
            "starts_on": cleaned["starts_on"],
            "ends_on": cleaned["ends_on"],
        }

    def refuse(self, error: DomainError) -> None:
        """Shows what a rule refused, on its field when there is one."""
        add_refusal(self, error)


class InviteForm(RightForm):
    """Who, then the terms."""

    full_name = forms.CharField(label="Prénom et nom", max_length=200)
    email = forms.EmailField(label="Adresse électronique professionnelle", max_length=254)
    field_order = ["full_name", "email"]


def terms_in_place(membership: Membership) -> dict[str, Any]:
    """What the form shows of a right before it is changed."""
    return {
        "role": membership.role,
        "scope": WHOLE_GROUP if membership.is_group_wide else SOME_SITES,
        "establishment_ids": membership.establishment_ids or [],
        "starts_on": membership.starts_on,
        "ends_on": membership.ends_on,
    }


class ReasonForm(forms.Form):
    """Why, in a sentence that the journal keeps."""

    reason = forms.CharField(
        label="Motif",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Écrit au journal. Par exemple : téléphone perdu, demande faite de vive voix au bureau.",
    )


class OpenAccountForm(forms.Form):
    """« Créer votre compte »: the name as they want it, a password weighed as typed."""

    full_name = forms.CharField(
        label="Prénom et nom", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1 = forms.CharField(
        label="Mot de passe", strip=False, help_text=EntropyValidator().get_help_text()
    )
    password2 = forms.CharField(
        label="Mot de passe, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, token: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].widget = WeighedPasswordInput(invitation=token)

    def clean(self) -> dict[str, Any]:
        """Strong enough for that name and address, and typed twice the same."""
        cleaned = super().clean() or {}
        password = cleaned.get("password1", "")
        self.user.full_name = cleaned.get("full_name", self.user.full_name)
        if password:
            try:
                validate_password(password, self.user)
            except ValidationError as error:
                self.add_error("password1", error)
        if password and cleaned.get("password2") and password != cleaned["password2"]:
            self.add_error("password2", "Les deux saisies diffèrent : recommencez la seconde.")
        return cleaned
