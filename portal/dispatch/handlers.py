"""Mail: composed when it leaves, sent by SMTP, each refusal told in the words of the outbox."""

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from portal.dispatch import mail
from portal.dispatch.registry import (
    Delivery,
    Done,
    Dropped,
    Rejected,
    Result,
    Transient,
    Unknown,
    remote_handler,
)

NOT_REACHED = "Le serveur de courriel ne répond pas."
CUT = "Le serveur de courriel a coupé pendant l'envoi : on ignore s'il l'a accepté. Vérifiez auprès du destinataire."


@dataclass(frozen=True)
class AddressRefused(Rejected):
    """For good, with the server's own words."""

    answer: str = ""


@remote_handler(mail.KIND, label="courriel", time_out=timedelta(minutes=2))
def send_mail(delivery: Delivery) -> Result:
    """Composes and sends one mail. The same message always bears the same Message-ID, so that a repeat is recognised."""
    posted = mail.read(delivery)
    recipient = mail.recipient_of(delivery)
    if recipient is None:
        return Dropped("Le compte du destinataire est fermé, ou le courriel ne le concerne plus.")
    values = mail.content_of(posted)
    if values is None:
        return Dropped("Ce courriel n'avait plus d'objet au moment de partir.")
    held = mail.postmaster().before_leaving(posted, recipient, delivery.message_id)
    if held:
        return Dropped(held)
    result = _send(compose(posted, recipient, values, delivery.message_id))
    if not isinstance(result, AddressRefused):
        return result
    told = mail.postmaster().after_refusal(posted, recipient, delivery.message_id, result.answer)
    return Dropped(result.reason) if told else result


def compose(
    posted: mail.Mail, recipient: mail.Recipient, values: dict[str, Any], message_id: UUID
) -> EmailMultiAlternatives:
    """Subject, text and HTML of templates/emails/<template>; values may hold `headers` and `attachments` (triplets)."""
    attachments, headers = values.pop("attachments", ()), values.pop("headers", {})
    context = {**values, "recipient": recipient, "public_url": settings.PUBLIC_URL}
    base = f"emails/{posted.template}"
    host = urlsplit(settings.PUBLIC_URL).hostname
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"{base}.subject.txt", context).split()),
        body=render_to_string(f"{base}.txt", context).strip() + "\n",
        from_email=envelope_sender(message_id),
        to=[formataddr((recipient.full_name, recipient.email))],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": f"<{message_id}@{host}>",
            "Auto-Submitted": "auto-generated",
            **headers,
        },
    )
    message.attach_alternative(render_to_string(f"{base}.html", context), "text/html")
    for name, content, content_type in attachments:
        message.attach(name, content, content_type)
    return message


def envelope_sender(message_id: UUID) -> str:
    """Where what comes back goes: BOUNCE_ADDRESS with the message's id (`retours+<id>@…`), else the sender of every mail."""
    local, _, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{message_id}@{domain}" if domain else settings.DEFAULT_FROM_EMAIL


def _send(message: EmailMultiAlternatives) -> Result:
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        connection.open()
    except (
        OSError,
        smtplib.SMTPException,
    ):  # an authentication refused too: it is the server's setting, not the mail
        return Transient(NOT_REACHED)
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        result = _refused(code, "Le serveur de courriel refuse l'adresse du destinataire")
        said = answer.decode("ascii", "replace") if isinstance(answer, bytes) else str(answer)
        return AddressRefused(result.reason, said) if isinstance(result, Rejected) else result
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code, "Le serveur de courriel refuse l'envoi")
    except (OSError, smtplib.SMTPServerDisconnected):
        return Unknown(CUT)
    finally:
        _close(connection)
    return Done()


def _refused(code: int, words: str) -> Result:
    """RFC 5321 §4.2.1: 4yz may be tried again as is, 5yz may not."""
    return Transient(f"{words} pour l'instant ({code}).") if code < 500 else Rejected(f"{words} ({code}).")


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return  # the outcome is known already
