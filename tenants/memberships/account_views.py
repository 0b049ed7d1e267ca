"""The account itself, whatever the group: rights held, sessions, confirmation between first administrators, password."""

from dataclasses import dataclass
from uuid import UUID

from allauth.account.views import password_set
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tenants.groups.queries import establishment_names, groups_named
from tenants.memberships.doors import public, signed_in
from tenants.memberships.fresh_proof import stale_proof
from tenants.memberships.links import invitation_of
from tenants.memberships.models import Membership, User
from tenants.memberships.operations import confirm_membership, cut_sessions
from tenants.memberships.passwords import ENOUGH_BITS, strength_of
from tenants.memberships.queries import fellow_founders, is_open, own_rights, waiting_rights
from tenants.memberships.sessions import has_enrolled
from tenants.memberships.spoken import spoken_scope
from tenants.memberships.standing import Standing, standing_of
from tenants.memberships.states import MembershipState


@dataclass(frozen=True)
class OwnRight:
    """One of one's own rights, in words."""

    right: Membership
    standing: Standing
    scope: str


@dataclass(frozen=True)
class OwnGroup:
    """A group where one holds or awaits a right."""

    name: str
    slug: str
    rights: list[OwnRight]
    is_open: bool


def _own_groups(user: User) -> list[OwnGroup]:
    held = own_rights(user)
    return [
        OwnGroup(group.name, group.slug, rights, any(one.standing.kind == "ok" for one in rights))
        for group in groups_named({one.group_id for one in held})
        if (rights := _in_words(group.id, [one for one in held if one.group_id == group.id]))
    ]


def _in_words(group_id: UUID, held: list[Membership]) -> list[OwnRight]:
    with tenant(group_id):
        names = establishment_names()
    return [OwnRight(one, standing_of(one), spoken_scope(one, names)) for one in held]


def _founders_to_confirm(user: User) -> list[Membership]:
    waiting = {one.group_id for one in waiting_rights(user)}
    return [one for group_id in sorted(waiting) for one in fellow_founders(user, group_id)]


@signed_in("one's own account: name, rights, ways of signing in")
def account(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    fellows = [(one, one.state == MembershipState.TO_CONFIRM) for one in _founders_to_confirm(user)]
    groups = _own_groups(user)
    context = {
        "groups": groups,
        "group_slugs": " ".join(one.slug for one in groups),
        "fellows": fellows,
        "is_waiting": bool(waiting_rights(user)),
    }
    return render(request, "memberships/account.html", context)


@signed_in("first administrators of a group confirm each other before either may enter it")
def confirm_fellow(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Only another first administrator of a group of one's own that has no administrator yet; else 404."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    if found.pk not in {one.pk for one in _founders_to_confirm(user)}:
        raise Http404
    if request.method == "POST":
        try:
            confirm_membership(actor=user, membership=found)
        except DomainError as error:
            messages.error(request, error.french)
        else:
            messages.success(request, f"{found.shown_name} est maintenant administrateur du groupe.")
        return redirect("account_rights:account")
    group_name = "".join(one.name for one in groups_named([found.group_id]))
    context = {
        "title": f"Confirmer {found.shown_name}",
        "consequences": [
            f"{found.shown_name} ({found.user.email}) administrera tout le groupe « {group_name} ».",
            "Vérifiez de vive voix que c'est bien cette personne qui a ouvert ce compte.",
            "Elle pourra ensuite confirmer votre propre droit.",
        ],
        "confirm_label": "Confirmer cette personne",
        "cancel_url": reverse("account_rights:account"),
        "danger": False,
    }
    return render(request, "components/confirm.html", context)


@signed_in("signing out of every device")
@transaction.non_atomic_requests
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """A page before, then every session of the person is cut, this one included."""
    if request.method == "POST":
        cut_sessions(actor=request.user)  # type: ignore[arg-type]
        logout(request)
        messages.success(request, "Toutes vos sessions sont coupées. Connectez-vous pour reprendre ici.")
        return redirect("account_login")
    context = {
        "title": "Se déconnecter partout",
        "consequences": [
            "Toutes vos sessions sont coupées, sur tous les appareils, celui-ci compris.",
            "Ce que vous étiez en train de saisir ailleurs n'est pas enregistré.",
            "Si un appareil est perdu, retirez aussi ses moyens de connexion et changez de mot de passe.",
        ],
        "confirm_label": "Se déconnecter partout",
        "cancel_url": reverse("account_rights:account"),
    }
    return render(request, "components/confirm.html", context)


@public("weighs a password while it is typed, before the account exists too; keeps and echoes nothing")
@require_POST
@sensitive_post_parameters()
def password_strength(request: HttpRequest) -> HttpResponse:
    """A bar and one sentence. `password1`, and the `invitation` of the page so that the invited name counts as known."""
    if not ratelimit.consume(request, action="password_strength"):
        return HttpResponse("Trop d'essais : patientez une minute.", status=429, content_type="text/plain")
    found = strength_of(request.POST.get("password1", ""), _whose_password(request))
    context = {"strength": found, "value": min(found.bits, ENOUGH_BITS), "enough": ENOUGH_BITS}
    return render(request, "memberships/_password_strength.html", context)


def _whose_password(request: HttpRequest) -> User | None:
    if request.user.is_authenticated:
        return request.user  # type: ignore[return-value]
    invitation = invitation_of(request.POST.get("invitation", ""))
    return invitation.membership.user if invitation is not None and is_open(invitation) else None


@public("closed page of allauth: an account has one address, that of its invitation")
def closed(request: HttpRequest, **kwargs: str) -> HttpResponse:
    raise Http404


@signed_in("a first password for an account opened by another door, once it has a second factor of ours")
@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    """Without a second factor the password alone would open the account: it comes second."""
    user: User = request.user  # type: ignore[assignment]
    stale = stale_proof(request)
    if stale is not None:
        return stale
    if not has_enrolled(user.pk):
        messages.info(
            request, "Ajoutez d'abord un second facteur : ensuite vous pourrez choisir un mot de passe."
        )
        return redirect("mfa_index")
    return password_set(request)
