"""The demo's mailbox: what would have been sent, read back from the files that Django's file backend writes."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

_BETWEEN = b"-" * 79  # django.core.mail.backends.filebased ends each message with this line


@dataclass(frozen=True)
class Mail:
    """One message as its recipient would see it, in plain text."""

    sent_at: datetime
    to: str
    subject: str
    text: str


def outgoing_mail(limit: int = 50) -> list[Mail]:
    """The latest messages first; empty where the file backend is not in use."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "/nonexistent")
    newest = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)[:limit]
    found = [mail for path in newest for mail in _messages(path.read_bytes())]
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)[:limit]


def _messages(content: bytes) -> list[Mail]:
    parts = (part.strip() for part in content.split(_BETWEEN))
    return [_mail(message_from_bytes(part, policy=policy.default)) for part in parts if part]


def _mail(message: EmailMessage) -> Mail:
    body = message.get_body(preferencelist=("plain",))
    return Mail(
        sent_at=parsedate_to_datetime(str(message["Date"])),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
    )
