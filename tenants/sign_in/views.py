"""Between a door and an account: whose identity is it, link it, take it away; and the doors found from an e-mail."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.foundation.errors import DomainError
from tenants.groups.queries import groups_named
from tenants.memberships.doors import public, signed_in
from tenants.memberships.fresh_proof import stale_proof
from tenants.memberships.links import invitation_of, invitation_path
from tenants.memberships.models import Invitation, User
from tenants.memberships.queries import is_open
from tenants.memberships.sessions import cut_other_sessions
from tenants.sign_in.choices import choices, too_many
from tenants.sign_in.identity import Pending, await_sign_in, forget_pending, pending, pending_identity
from tenants.sign_in.landing import enter
from tenants.sign_in.last_door import PSC
from tenants.sign_in.operations import accept_with_identity, link_identity, unlink_identity
from tenants.sign_in.psc.logout import leave_pro_sante_connect
from tenants.sign_in.queries import links_of, links_of_identity


@public("finds the doors of an address typed on the sign-in page; tells of domains, never of accounts")
@never_cache
@require_POST
def doors(request: HttpRequest) -> HttpResponse:
    """The fragment under the e-mail box."""
    if not ratelimit.consume(request, action="doors"):
        return too_many()
    found = choices(request, request.POST.get("login", "")[:254])
    return render(request, "sign_in/_doors.html", {"choices": found})


@public("tells a person whom a door has proved, but nobody knows yet, what to do")
@never_cache
@require_GET
def unknown(request: HttpRequest) -> HttpResponse:
    identity = pending_identity(request)
    if identity is None:
        return redirect("account_login")
    return render(request, "sign_in/unknown.html", {"identity": identity})


@public("the person whom a door has proved signs in by the door they have, to link the two")
@require_POST
def sign_in_and_link(request: HttpRequest) -> HttpResponse:
    await_sign_in(request)
    here = urlencode({REDIRECT_FIELD_NAME: reverse("sign_in:link")})
    return redirect(f"{reverse('account_login')}?{here}")


@public("forgets an identity that waits in this browser's session, and leaves Pro Santé Connect with it")
@require_POST
@transaction.non_atomic_requests
def forget(request: HttpRequest) -> HttpResponse:
    forget_pending(request)
    if request.user.is_authenticated:
        return redirect("account_rights:account")
    leave_pro_sante_connect(request)
    messages.info(request, "Cette identité est oubliée : rien n'a été enregistré.")
    return redirect("account_login")


@signed_in("binds the identity just proved to one's own account")
@never_cache
def link(request: HttpRequest) -> HttpResponse:
    """Shows both names and asks; a session that is not fresh proves itself again first."""
    user: User = request.user  # type: ignore[assignment]
    found = pending(request)
    if found is None:
        messages.info(request, "Il n'y a pas d'identité à relier : recommencez depuis cette page.")
        return redirect("account_rights:account")
    stale = stale_proof(request)
    if stale is not None:
        return stale
    if request.method == "POST":
        return _linked(request, user, found)
    elsewhere = any(one.user_id != user.pk for one in links_of_identity(found.identity))
    context = {"identity": found.identity, "number": found.number, "elsewhere": elsewhere}
    return render(request, "sign_in/link.html", context)


def _linked(request: HttpRequest, user: User, found: Pending) -> HttpResponse:
    if request.POST.get("number") != found.number:
        messages.warning(
            request, "Une autre identité est arrivée entre-temps : vérifiez les noms et confirmez."
        )
        return redirect("sign_in:link")
    forget_pending(request)
    try:
        link_identity(actor=user, identity=found.identity)
    except DomainError as error:
        messages.error(request, error.french)
        return redirect("account_rights:account")
    messages.success(request, f"{found.identity.door} ouvre maintenant votre compte.")
    return HttpResponseRedirect(found.next_url or reverse("account_rights:account"))


@signed_in("takes an identity away from one's own account")
def unlink(request: HttpRequest) -> HttpResponse:
    """Asks, after a fresh proof, then cuts the other sessions. `issuer` names whose identity it is."""
    user: User = request.user  # type: ignore[assignment]
    issuer = request.POST.get("issuer") or request.GET.get("issuer", "")
    if not any(one.issuer == issuer for one in links_of(user)):
        raise Http404
    stale = stale_proof(request)
    if stale is not None:
        return stale
    if request.method == "POST":
        try:
            unlink_identity(actor=user, issuer=issuer)
        except DomainError as error:
            messages.error(request, error.french)
        else:
            cut_other_sessions(request, user)
            messages.success(
                request, "Cette identité n'ouvre plus votre compte ; vos autres sessions sont coupées."
            )
        return redirect("account_rights:account")
    context = {
        "title": "Délier cette identité",
        "consequences": [
            "Elle n'ouvrira plus votre compte Trousseau.",
            "Vos autres sessions seront coupées.",
            "Vous pourrez la relier de nouveau plus tard.",
        ],
        "confirm_label": "Délier",
        "cancel_url": reverse("account_rights:account"),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@public(
    "opens an invited account with the identity just proved; the invitation's link is signed and serves once"
)
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """« Ouvrir mon compte avec Pro Santé Connect », once more in words."""
    invitation, found = invitation_of(token), pending(request)
    if invitation is None or found is None or not _may_open(invitation, found):
        return redirect("account_rights:invitation", token=token)
    if request.method == "POST" and request.POST.get("number") == found.number:
        return _accepted(request, invitation, found)
    context = {"identity": found.identity, "number": found.number, **_offer(invitation)}
    return render(request, "sign_in/accept.html", context)


def _may_open(invitation: Invitation, found: Pending) -> bool:
    """Its account waits to be opened, and the identity is national or of that very group's provider."""
    group_id = invitation.membership.group_id
    is_ours = found.identity.group_id in (None, group_id)
    return is_open(invitation) and invitation.membership.user.opened_at is None and is_ours


def _accepted(request: HttpRequest, invitation: Invitation, found: Pending) -> HttpResponse:
    user, identity = invitation.membership.user, found.identity
    try:
        accept_with_identity(actor=user, invitation=invitation, identity=identity)
    except DomainError as error:
        messages.error(request, error.french)
        forget_pending(request)
        return redirect(invitation_path(invitation.pk))
    user.refresh_from_db()
    slugs = [one.slug for one in groups_named([invitation.membership.group_id])]
    enter(request, user, identity, f"group:{slugs[0]}" if identity.group_id and slugs else PSC)
    return redirect("shell:home")


def _offer(found: Invitation) -> dict[str, object]:
    group_name = "".join(one.name for one in groups_named([found.membership.group_id]))
    return {
        "invitation": found,
        "group_name": group_name,
        "role": found.membership.get_role_display(),
        "back": invitation_path(found.pk),
    }
