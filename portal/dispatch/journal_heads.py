"""The journal's heads leave every day: a file that is only added to, a mail, or both."""

from pathlib import Path
from typing import Any

from django.conf import settings

from portal.dispatch.mail import Mail, mail_content, post_mail
from portal.foundation.clock import now, today
from portal.journal.heads import current_heads

TEMPLATE = "journal_heads"


def heads_as_text() -> str:
    """One JSON object a line, one line per group."""
    return "".join(f"{one.as_json()}\n" for one in current_heads())


def append_heads(path: Path) -> None:
    """Adds the current heads at the end of a file, made when absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.write(heads_as_text())


def mail_heads(address: str) -> None:
    """Posts a mail with the heads, read when it leaves."""
    post_mail(template=TEMPLATE, to_address=address)


def send_heads() -> None:
    """To where the settings say (portal/settings/journal.py)."""
    if settings.JOURNAL_HEADS_DIRECTORY:
        append_heads(Path(settings.JOURNAL_HEADS_DIRECTORY) / file_name())
    if settings.JOURNAL_HEADS_MAIL:
        mail_heads(settings.JOURNAL_HEADS_MAIL)


def file_name() -> str:
    """One file a day."""
    return f"journal-{today():%Y-%m-%d}.jsonl"


@mail_content(TEMPLATE)
def heads_of_the_day(mail: Mail) -> dict[str, Any]:
    """Values of the mail, with the file attached."""
    text = heads_as_text()
    attachment = (file_name(), text, "application/jsonl")
    return {"at": now(), "count": text.count("\n"), "filename": file_name(), "attachments": [attachment]}
