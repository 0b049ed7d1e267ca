"""A sign-in by the local password is the browser's last door; whoever signs in does not inherit an identity that waits."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from tenants.sign_in.identity import forget_pending
from tenants.sign_in.last_door import LOCAL, remember_door


@receiver(user_logged_in)
def came_by_password(request: HttpRequest, **kwargs: Any) -> None:
    remember_door(request, LOCAL)


@receiver(auth.user_logged_in)
def inherits_nothing(request: HttpRequest, **kwargs: Any) -> None:
    forget_pending(request, unless_awaited=True)
