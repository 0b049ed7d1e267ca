"""The page behind an invitation's link: open an account, or take up a right with the one that exists."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from portal.foundation.errors import DomainError
from tenants.groups.queries import groups_named
from tenants.memberships.doors import public
from tenants.memberships.forms import OpenAccountForm
from tenants.memberships.links import invitation_of, invitation_path
from tenants.memberships.models import Invitation, User
from tenants.memberships.operations import accept_invitation
from tenants.memberships.queries import is_open
from tenants.memberships.states import MembershipState


@public("the link of an invitation is signed, serves once and for seven days")
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the page uses nothing up: only the posted form does."""
    found = invitation_of(token)
    if found is None:
        return _refused(request, "Ce lien est incomplet ou a été modifié.", status=404)
    if not is_open(found):
        return _no_longer_open(request, found)
    invited = found.membership.user
    if request.user.is_authenticated and request.user.pk != invited.pk:
        return render(request, "memberships/invitation_other_account.html", _context(found))
    if invited.opened_at is None:
        return _open_account(request, found, token)
    if not invited.is_active:
        return _refused(request, "Le compte invité est fermé.", status=410)
    return _take_up(request, found)


def _context(found: Invitation) -> dict[str, object]:
    group_name = "".join(one.name for one in groups_named([found.membership.group_id]))
    return {"invitation": found, "group_name": group_name, "role": found.membership.get_role_display()}


def _refused(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    return render(request, "memberships/invitation_refused.html", {"reason": reason}, status=status)


def _no_longer_open(request: HttpRequest, found: Invitation) -> HttpResponse:
    if found.accepted_at is not None:
        if request.user.pk == found.membership.user_id:  # the second of two clicks
            return redirect("account_rights:account")
        return _refused(request, "Cette invitation a déjà servi.", status=410)
    if found.cancelled_at is not None:
        return _refused(
            request, "Cette invitation a été annulée, ou remplacée par une plus récente.", status=410
        )
    return _refused(request, "Cette invitation date de plus de 7 jours.", status=410)


def _open_account(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """« Créer votre compte », then straight to the enrolment of a second factor."""
    user = found.membership.user
    initial = {"full_name": found.membership.invited_as}
    form = OpenAccountForm(request.POST or None, initial=initial, user=user, token=token)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            accept_invitation(
                actor=user, invitation=found, full_name=typed["full_name"], password=typed["password1"]
            )
        except DomainError as error:
            form.add_error(None, error.french)
        else:
            return _signed_in(request, user)
    context = {**_context(found), "form": form, "token": token}
    return render(request, "memberships/open_account.html", context)


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    """They have just proved the address and chosen the password: enrolment does not ask for it again."""
    record_authentication(request, user, "password", reauthenticated=True)
    return perform_login(request, Login(user=user, redirect_url=resolve_url("mfa_index")))


def _take_up(request: HttpRequest, found: Invitation) -> HttpResponse:
    """With an account that exists: sign in, then one button."""
    user = request.user
    if request.method == "POST" and isinstance(user, User):
        try:
            right = accept_invitation(actor=user, invitation=found)
        except DomainError as error:
            return _refused(request, error.french, status=409)
        waits = right.state == MembershipState.TO_CONFIRM
        messages.success(
            request,
            "Invitation acceptée"
            + (" : un second administrateur doit confirmer ce droit." if waits else "."),
        )
        return redirect("account_rights:account")
    here = urlencode({REDIRECT_FIELD_NAME: invitation_path(found.pk)})
    context = {**_context(found), "sign_in_url": f"{resolve_url('account_login')}?{here}"}
    return render(request, "memberships/take_up.html", context)
