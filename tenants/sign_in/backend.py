"""The backend that sessions opened by a door other than the local password name."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from tenants.memberships.models import User


class DoorBackend(ModelBackend):
    """Reads the account of such a session, none once it is closed. It never checks a secret itself: its door did."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        return None


PATH = f"{DoorBackend.__module__}.{DoorBackend.__qualname__}"
