"""One's own notices, the link that stops the digest, and the mailboxes of a group that fail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.foundation.errors import DomainError
from tenants.memberships.doors import TenantRequest, public, requires, signed_in
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Permission
from tenants.notices.digest import preview
from tenants.notices.forms import PreferencesForm
from tenants.notices.links import user_to_stop
from tenants.notices.operations import change_preferences, restore_address, restore_own_address, stop_digest
from tenants.notices.queries import (
    accesses_with_names,
    failing_address,
    failing_members,
    kinds_offered,
    preferences_of,
)

NOT_FAILING = "Cette adresse recevait déjà nos courriels : il n'y avait rien à rétablir."


class AccountRequest(HttpRequest):
    """A request that came through `signed_in`."""

    user: User


@signed_in("what one wants to be told by mail")
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: AccountRequest) -> HttpResponse:
    found, kinds = preferences_of(request.user), kinds_offered(accesses_with_names(request.user))
    form = PreferencesForm(request.POST or None, preferences=found, kinds=kinds)
    if form.is_valid():
        try:
            change_preferences(actor=request.user, choices=form.choices())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, "Vos avis par courriel sont réglés.")
            return redirect("notices:preferences")
    context = {
        "form": form,
        "obligations": [one for one in kinds if one.obligation],
        "unsubscribed_at": found.unsubscribed_at,
        "failing": failing_address(request.user.email),
    }
    return render(request, "notices/preferences.html", context)


@signed_in("what one's next digest would say")
@require_GET
def next_digest(request: AccountRequest) -> HttpResponse:
    """Composed as it would be now, under one's own rights; nothing is sent."""
    failing = failing_address(request.user.email)
    return render(request, "notices/next_digest.html", {"next": preview(request.user), "failing": failing})


@signed_in("one says that one's own mailbox works again")
@require_POST
def restore_own(request: AccountRequest) -> HttpResponse:
    if restore_own_address(actor=request.user):
        messages.success(request, "C'est noté : nos courriels partent de nouveau vers votre adresse.")
    else:
        messages.info(request, NOT_FAILING)
    return redirect("notices:preferences")


@csrf_exempt  # RFC 8058: the mail service posts by itself, without a cookie; the signed link is what it holds
@public("the link at the foot of each digest, from any device, and one click of the mail reader")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, since mail readers open links by themselves; posting stops."""
    user = user_to_stop(token)
    if user is None:
        return render(request, "notices/stop_unknown.html", status=404)
    if request.method == "POST":
        stop_digest(actor=user)
    is_stopped = preferences_of(user).unsubscribed_at is not None
    return render(request, "notices/stop.html", {"is_stopped": is_stopped})


@requires(Permission.MEMBERSHIPS_GRANT)
@require_GET
def failing(request: TenantRequest) -> HttpResponse:
    """Whose mailbox no longer receives our mails, in this group."""
    context = {"members": failing_members(request.access.group_id)}
    return render(request, "notices/failing.html", context)


@requires(Permission.MEMBERSHIPS_GRANT)
@require_POST
def restore(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """An administrator says that a mailbox works again."""
    rights = Membership.objects.filter(group_id=request.access.group_id).select_related("user")
    membership = get_object_or_404(rights, pk=membership_id)
    if restore_address(actor=request.access, membership=membership):
        messages.success(request, f"Nos courriels partent de nouveau vers {membership.shown_name}.")
    else:
        messages.info(request, NOT_FAILING)
    return redirect("notices:failing", group_slug=request.access.group_slug)
