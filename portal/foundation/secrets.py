"""Secrets at rest: Fernet, newest key first (ENCRYPTION_KEYS)."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _box() -> MultiFernet:
    if not settings.ENCRYPTION_KEYS:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty: give at least one Fernet key")
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def encrypt(clear: str) -> str:
    return _box().encrypt(clear.encode()).decode()


def decrypt(sealed: str) -> str:
    """Refuses (cryptography.fernet.InvalidToken) a value none of our keys sealed."""
    return _box().decrypt(sealed.encode()).decode()
