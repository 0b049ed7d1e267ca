"""What we change of allauth: invitation only, mail through the outbox, secrets encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.signing import JSONSerializer
from django.http import HttpRequest

from portal.dispatch.mail import post_mail
from portal.foundation.secrets import decrypt, encrypt
from tenants.memberships.handlers import SECURITY_EVENTS
from tenants.memberships.models import User
from tenants.memberships.sessions import has_enrolled


class MailOutsideOutboxError(Exception):
    """A page of allauth that we keep shut tried to send a mail by itself."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """The link is made when the mail leaves (handlers.py): no token in the outbox.

        An account that another door opens, without a second factor of ours: nothing would stop whoever reads its mail.
        """
        opens_elsewhere = user.external_identities.filter(ended_at__isnull=True).exists()
        if user.has_usable_password() and (has_enrolled(user.pk) or not opens_elsewhere):
            post_mail(template="password_reset", to_user_id=user.pk)
        else:
            post_mail(
                template="security_notice", to_user_id=user.pk, context={"event": "no_password_to_reset"}
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells the person that their password or a second factor changed."""
        event = template_prefix.rpartition("/")[2]
        if event in SECURITY_EVENTS:
            post_mail(template="security_notice", to_user_id=user.pk, context={"event": event})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise MailOutsideOutboxError(template_prefix)


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


class EncryptedSessionSerializer:
    """Sessions hold the seed of an application being enrolled: their rows are sealed like every other secret."""

    def dumps(self, obj: Any) -> bytes:
        return encrypt(JSONSerializer().dumps(obj).decode("latin-1")).encode()

    def loads(self, data: bytes) -> Any:
        return JSONSerializer().loads(decrypt(data.decode()).encode("latin-1"))
