"""A sign-in by the local password is remembered as this browser's last door."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from tenants.sign_in.last_door import LOCAL, remember_door


@receiver(user_logged_in)
def came_by_password(request: HttpRequest, **kwargs: Any) -> None:
    remember_door(request, LOCAL)
