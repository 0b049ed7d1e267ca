"""Files of mails that came back: delivery status notifications (RFC 3464: mbox, .eml, a folder of them), or a CSV.

A notification may be forged by anybody who writes to the mailbox: it counts only when it names a message of ours (by the
envelope it was sent to, or by the message it returns), and then for the address that message left to. A CSV
`address;code;date` comes from the operator, who is trusted with it.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError

from portal.foundation.clock import start_of_day
from portal.foundation.forms import read_date
from tenants.notices.operations import Report
from tenants.notices.reports import STATUS, read_address, read_message_id

LARGEST = 5 * 1024 * 1024  # bytes of one notification
LONGEST_LINE = 2000  # characters of one line of a CSV
_FAILED = {
    "failed": "5.0.0",
    "delayed": "4.0.0",
}  # RFC 3464 §2.3.3; what was delivered, relayed or expanded did not fail
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


@dataclass(frozen=True)
class Unreadable:
    """Something of the file that is no report: where, and why, in French, without what it holds."""

    where: str
    why: str


def reports_in(path: Path) -> Iterator[Report | Unreadable]:
    """Every report of a file or of a folder; what cannot be read is told and never ends the reading.

    Refuses (OSError) a path that cannot be opened.
    """
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.is_file():
                yield from reports_in(one)
        return
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"From "):
        yield from _of_mbox(path)
    elif path.suffix.lower() in {".csv", ".txt"}:
        yield from _of_csv(path)
    else:
        yield from _of_message(path.read_bytes()[: LARGEST + 1], path.name)


def _of_mbox(path: Path) -> Iterator[Report | Unreadable]:
    """Split by hand on « From » after an empty line: mailbox.mbox reads a whole message whatever its size."""
    for rank, content in enumerate(_split(path), 1):
        yield from _of_message(content, f"{path.name}, message {rank}")


def _split(path: Path) -> Iterator[bytes]:
    lines: list[bytes] = []
    size, after_empty = 0, True
    with path.open("rb") as stream:
        while line := stream.readline(LARGEST):
            if line.startswith(b"From ") and after_empty:
                if lines:
                    yield b"".join(lines)
                lines, size = [], 0
            elif size <= LARGEST:
                lines.append(line)
                size += len(line)
            after_empty = line in (b"\n", b"\r\n")
    if lines:
        yield b"".join(lines)


def _of_message(content: bytes, where: str) -> Iterator[Report | Unreadable]:
    if len(content) > LARGEST:
        yield Unreadable(where, "message trop long")
        return
    message = _parsed(content)
    parts = [] if message is None else list(message.walk())
    status = next((one for one in parts if one.get_content_type() == "message/delivery-status"), None)
    blocks = status.get_payload() if status is not None else None
    if message is None or not isinstance(blocks, list):
        yield Unreadable(where, "ce n'est pas un avis de non-remise")
        return
    message_id = _returned(message)
    if message_id is None:
        yield Unreadable(where, "aucun de nos courriels n'y est nommé")
        return
    found = _of_recipients([one for one in blocks if isinstance(one, Message)], message, message_id)
    yield found or Unreadable(where, "aucun échec de remise")


def _parsed(content: bytes) -> Message | None:
    """None for parts nested so deep that nobody sent them in good faith."""
    try:
        found = message_from_bytes(content, policy=compat32)
        return found if all(isinstance(one, Message) for one in found.walk()) else None
    except RecursionError:
        return None


def _returned(message: Message) -> UUID | None:
    """Our message: named by the address that this notification came to, else by the headers that it returns."""
    for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        local = str(message.get(name, "")).partition("@")[0]
        if "+" in local and (found := read_message_id(local)):
            return found
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            part = (_parsed(text) if isinstance(text, bytes) else None) or part
        elif part is message or part.get_content_type() == "message/rfc822":
            continue
        if found := read_message_id(str(part.get("Message-ID", ""))):
            return found
    return None


def _of_recipients(blocks: list[Message], message: Message, message_id: UUID) -> Report | None:
    """One report for the recipient of our message, which has one: the gravest block, whatever forwarded it."""
    codes = []
    for block in blocks[1:]:
        action = str(block.get("Action", "")).strip().lower()
        code = STATUS.search(str(block.get("Status", "")))
        if action in _FAILED:
            codes.append(code[0] if code and code[0][0] == _FAILED[action][0] else _FAILED[action])
    if not codes:
        return None
    key = hashlib.sha256(f"{message_id}:{message.get('Message-ID') or message.get('Date')}".encode())
    return Report(f"dsn:{key.hexdigest()}", max(codes), _dated(message), "", message_id)


def _dated(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None


def _of_csv(path: Path) -> Iterator[Report | Unreadable]:
    """`address;code;date`, with or without a header; commas and tabs too; UTF-8, UTF-16 or Windows."""
    lines = _lines(path)
    for rank, line in enumerate(lines, 1):
        where = f"{path.name}, ligne {rank}"
        if len(line) > LONGEST_LINE:
            yield Unreadable(where, "ligne trop longue")
        elif line.strip() and not (rank == 1 and "@" not in line):
            yield _of_cells(next(iter(_cells(line)), []), where)


def _lines(path: Path) -> Iterable[str]:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace").replace("\x00", "").splitlines()
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding).replace("\x00", "").splitlines()
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes anything")


def _cells(line: str) -> Iterable[list[str]]:
    separator = max(";,\t", key=line.count)
    return csv.reader([line], delimiter=separator)


def _of_cells(cells: list[str], where: str) -> Report | Unreadable:
    texts = [one.strip() for one in cells] + ["", "", ""]
    address, code, typed = read_address(texts[0]), re.sub(r"\s+", "", texts[1]), texts[2]
    if not address:
        return Unreadable(where, "adresse illisible")
    if re.fullmatch(r"[45]\d\d", code):  # a code of SMTP itself (RFC 5321 §4.2)
        code = f"{code[0]}.0.0"
    if not STATUS.fullmatch(code):
        return Unreadable(where, "code illisible : écrivez-le comme 5.1.1")
    at = _typed_moment(typed)
    if typed and at is None:
        return Unreadable(where, "date illisible : écrivez-la JJ/MM/AAAA")
    key = hashlib.sha256(f"{address}:{code}:{typed}".encode()).hexdigest()
    return Report(f"csv:{key}", code, at, address)


def _typed_moment(typed: str) -> datetime | None:
    """ISO 8601 with its zone, else a day as people type it."""
    try:
        found = datetime.fromisoformat(typed)
        if found.tzinfo:
            return found
        return start_of_day(found.date())
    except ValueError:
        pass
    try:
        return start_of_day(read_date(typed.split(" ")[0]))
    except ValidationError:
        return None
