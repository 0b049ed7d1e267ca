"""Between a door and an account: whose identity is it, link it, take it away; and the doors found from an e-mail."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import ratelimit
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from tenants.groups.queries import groups_named
from tenants.memberships.doors import public, signed_in
from tenants.memberships.links import invitation_of, invitation_path
from tenants.memberships.models import Invitation, User
from tenants.memberships.queries import is_open
from tenants.memberships.sessions import SIGNED_IN_AT, cut_other_sessions
from tenants.sign_in.choices import choices
from tenants.sign_in.identity import forget_pending, pending_identity
from tenants.sign_in.landing import enter
from tenants.sign_in.last_door import PSC
from tenants.sign_in.operations import accept_with_identity, link_identity, unlink_identity
from tenants.sign_in.queries import links_of, links_of_identity


@public("finds the doors of an address typed on the sign-in page; tells of domains, never of accounts")
@never_cache
@require_POST
def doors(request: HttpRequest) -> HttpResponse:
    """The fragment under the e-mail box."""
    if not ratelimit.consume(request, action="doors"):
        return HttpResponse("Trop d'essais : patientez une minute.", status=429, content_type="text/plain")
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


@public("forgets an identity that waits in this browser's session")
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    forget_pending(request)
    messages.info(request, "Cette identité est oubliée : rien n'a été enregistré.")
    return redirect("account_rights:account" if request.user.is_authenticated else "account_login")


@signed_in("binds the identity just proved to one's own account")
@never_cache
def link(request: HttpRequest) -> HttpResponse:
    """Shows both names and asks; a session that is not fresh proves itself again first."""
    user: User = request.user  # type: ignore[assignment]
    identity = pending_identity(request)
    if identity is None:
        messages.info(request, "Il n'y a pas d'identité à relier : recommencez depuis cette page.")
        return redirect("account_rights:account")
    if not _is_fresh(request):
        raise ReauthenticationRequired
    if request.method == "POST":
        forget_pending(request)
        try:
            link_identity(actor=user, identity=identity)
        except DomainError as error:
            messages.error(request, error.french)
        else:
            messages.success(request, f"{identity.door} ouvre maintenant votre compte.")
        return redirect("account_rights:account")
    elsewhere = any(one.user_id != user.pk for one in links_of_identity(identity))
    return render(request, "sign_in/link.html", {"identity": identity, "elsewhere": elsewhere})


def _is_fresh(request: HttpRequest) -> bool:
    """Signed in, or proved again, within the last quarter of an hour."""
    age = now().timestamp() - request.session.get(SIGNED_IN_AT, 0)
    return age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT or did_recently_reauthenticate(request)


@signed_in("takes an identity away from one's own account")
def unlink(request: HttpRequest) -> HttpResponse:
    """Asks, then cuts the other sessions. `issuer` names whose identity it is."""
    user: User = request.user  # type: ignore[assignment]
    issuer = request.POST.get("issuer") or request.GET.get("issuer", "")
    if not any(one.issuer == issuer for one in links_of(user)):
        raise Http404
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
    found, identity = invitation_of(token), pending_identity(request)
    if found is None or not is_open(found) or identity is None or found.membership.user.opened_at is not None:
        return redirect("account_rights:invitation", token=token)
    if request.method == "POST":
        user = found.membership.user
        try:
            accept_with_identity(actor=user, invitation=found, identity=identity)
        except DomainError as error:
            return render(
                request, "memberships/invitation_refused.html", {"reason": error.french}, status=409
            )
        user.refresh_from_db()
        enter(request, user, identity, PSC)
        return redirect("shell:home")
    return render(request, "sign_in/accept.html", {"identity": identity, **_offer(found)})


def _offer(found: Invitation) -> dict[str, object]:
    group_name = "".join(one.name for one in groups_named([found.membership.group_id]))
    return {
        "invitation": found,
        "group_name": group_name,
        "role": found.membership.get_role_display(),
        "back": invitation_path(found.pk),
    }
