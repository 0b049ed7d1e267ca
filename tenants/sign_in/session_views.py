"""« Mes sessions »: see them, close one."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenants.memberships.doors import signed_in
from tenants.memberships.models import User
from tenants.sign_in.operations import close_session
from tenants.sign_in.sessions import own_sessions


@signed_in("one's own open sessions")
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    return render(request, "sign_in/sessions.html", {"sessions": own_sessions(request, user)})


@signed_in("closes one of one's own sessions")
@require_POST
def close(request: HttpRequest, session_id: int) -> HttpResponse:
    """Another person's session answers 404; this one is closed by signing out."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(
        UserSession.objects.exclude(session_key=request.session.session_key), pk=session_id, user=user
    )
    close_session(actor=user, session=found)
    messages.success(request, "Cette session est fermée.")
    return redirect("sign_in:sessions")
