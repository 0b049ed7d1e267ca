"""What happens once a door has proved somebody: their session opens, or they are told which account to link."""

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.foundation.request_id import current_request_id
from tenants.memberships.models import User
from tenants.memberships.receivers import SIGNED_IN
from tenants.memberships.records import record_of_account
from tenants.memberships.sessions import open_by_door
from tenants.sign_in.backend import PATH
from tenants.sign_in.health import note_failed, note_opened
from tenants.sign_in.identity import ProvedIdentity, forget_pending, keep_pending, pending_identity
from tenants.sign_in.last_door import remember_door
from tenants.sign_in.operations import SIGN_IN_PAGE, recognise, record_shut_door
from tenants.sign_in.queries import account_opened_by
from tenants.sign_in.refusals import CLOSED, UNREACHABLE, DoorShutError

DOOR_GROUP = (
    "door_group"  # in the session: the group whose own provider opened it; that session opens no other group
)


def land(request: HttpRequest, identity: ProvedIdentity, next_url: str, door_key: str) -> HttpResponse:
    """Signs in the account that this identity opens and goes to `next_url`; nobody's yet, says what to do.

    Refuses (DoorShutError) a closed account and identifiers of several accounts.
    """
    note_opened(identity.door)
    user = account_opened_by(identity)
    if user is None:
        keep_pending(request, identity, next_url)
        return redirect("sign_in:unknown")
    if not user.is_active:
        raise DoorShutError(CLOSED, identity.door, "compte fermé", user)
    recognise(actor=user, identity=identity)
    enter(request, user, identity, door_key)
    return HttpResponseRedirect(next_url or reverse("shell:home"))


def enter(request: HttpRequest, user: User, identity: ProvedIdentity, door_key: str) -> None:
    """Opens the session of that account by that door: two factors were proved there. Somebody else's session ends first."""
    if request.user.is_authenticated and request.user.pk != user.pk:
        logout(request)
    login(request, user, backend=PATH)
    if pending_identity(request) == identity:
        forget_pending(request)
    open_by_door(request, identity.door)
    request.session[DOOR_GROUP] = str(identity.group_id) if identity.group_id else ""
    record_authentication(request, user, "door", reauthenticated=True)
    UserSession.objects.create_from_request(request)
    remember_door(request, door_key)
    record_of_account(user, SIGNED_IN, user, means=f"{identity.door}, {identity.means}")


def shut_page(request: HttpRequest, shut: DoorShutError) -> HttpResponse:
    """The page of a refusal, and its line in the journal: one sentence, what to do, the other doors, a reference."""
    record_shut_door(actor=SIGN_IN_PAGE, shut=shut)
    if shut.reason == UNREACHABLE:
        note_failed(shut.door)
    context = {"shut": shut, "reference": f"{shut.reason.code} {current_request_id()}"}
    return render(request, "sign_in/shut.html", context, status=shut.reason.status)
