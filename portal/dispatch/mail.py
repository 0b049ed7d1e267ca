"""Mail through the outbox: posted with the act, composed and sent later from templates/emails/<template>.

A room that sends posts ids only, and makes names and links when the mail leaves:

    post_mail(template="invitation", to_user_id=user.pk, context={"invitation_id": str(invitation.pk)})

    @mail_content("invitation")                              # in the room's handlers.py
    def invitation(mail: Mail) -> dict[str, Any] | None:     # None: no longer to be sent
        return {"link": mail.link(reverse(...)), "group_name": ...}

`post_mail` belongs to the group of the current door; outside of any door, to the platform. Contents are made outside of
any door: one that reads tenant tables opens `tenant(mail.group_id)`. Templates get what it returns, `recipient` (Recipient)
and `public_url`; `<template>.subject.txt` is plain, without personal data. Tenants tell once who an account is:

    register_recipients(recipient_of)                        # user id → Recipient, None for an account that is closed

A template may go to somebody who has no account; its room then says who, from the ids, when the mail leaves:

    @mail_reader("self_registration")                        # Mail → Recipient, None: no longer to be sent

and may say what stands in the way of a mail, and hear that its address was refused (`register_postmaster`). Values may hold
`headers` (a dict) and `attachments`; the envelope's sender bears the message's id, so that what comes back names it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from portal.dispatch.models import Message
from portal.dispatch.operations import Letter, post
from portal.dispatch.registry import Delivery
from portal.foundation.tenancy import PLATFORM, TenancyError, current_group_id, tenant

KIND = "mail"


@dataclass(frozen=True)
class Recipient:
    """Read when the mail leaves."""

    email: str
    full_name: str = ""


@dataclass(frozen=True)
class Mail:
    """What a content maker is given: the ids that were posted."""

    template: str
    group_id: UUID
    to_user_id: UUID | None
    context: dict[str, Any]

    @staticmethod
    def link(path: str) -> str:
        """The full address of a page of ours."""
        return f"{settings.PUBLIC_URL}{path}"


@dataclass(frozen=True)
class Postmaster:
    """`before_leaving`: why a mail does not leave, in French and without an address; empty to let it.

    `after_refusal`: the server refused the address for good, with that answer; whether nobody needs to look at it.
    """

    before_leaving: Callable[[Mail, Recipient, UUID], str]
    after_refusal: Callable[[Mail, Recipient, UUID, str], bool]


Content = Callable[[Mail], dict[str, Any] | None]
RecipientOf = Callable[[UUID], Recipient | None]
ReaderOf = Callable[[Mail], Recipient | None]
_contents: dict[str, Content] = {}
_recipients: list[RecipientOf] = []
_readers: dict[str, ReaderOf] = {}
_postmaster: list[Postmaster] = [Postmaster(lambda *asked: "", lambda *told: False)]


def register_recipients(recipient_of: RecipientOf) -> None:
    """Says how an account's name and address are read; the last one registered answers."""
    _recipients[:] = [recipient_of]


def register_postmaster(postmaster: Postmaster) -> None:
    """Who is asked before each mail, and told of a refused address; the last one registered answers."""
    _postmaster[:] = [postmaster]


def postmaster() -> Postmaster:
    return _postmaster[0]


def mail_content(template: str) -> Callable[[Content], Content]:
    """Registers what makes a template's values when the mail leaves."""

    def decorate(content: Content) -> Content:
        _contents[template] = content
        return content

    return decorate


def mail_reader(template: str) -> Callable[[ReaderOf], ReaderOf]:
    """Registers who reads the mails of that template, which go to nobody's account."""

    def decorate(reader: ReaderOf) -> ReaderOf:
        _readers[template] = reader
        return reader

    return decorate


def post_mail(
    *,
    template: str,
    to_user_id: UUID | None = None,
    to_address: str = "",
    context: dict[str, Any] | None = None,
) -> Message:
    """Posts one mail to an account, to an address of the platform's own settings, or to the template's reader.

    `context` holds ids as strings. Refuses (ValueError) a mail to nobody or to two.
    """
    if [to_user_id is not None, bool(to_address), template in _readers].count(True) != 1:
        raise ValueError("A mail goes to an account, to an address or to the reader of its template")
    payload: dict[str, Any] = {"template": template, "context": context or {}}
    if template not in _readers:
        payload |= {"to_address": to_address} if to_address else {"to_user_id": str(to_user_id)}
    with nullcontext() if _in_a_group() else tenant(PLATFORM):
        return post(Letter(kind=KIND, target="courriel", payload=payload))


def mail_letter(template: str, to_user_id: UUID, context: dict[str, Any]) -> Letter:
    """One mail to an account, for who posts many at once (`operations.post_all`)."""
    payload = {"template": template, "context": context, "to_user_id": str(to_user_id)}
    return Letter(kind=KIND, target="courriel", payload=payload)


def reader_letter(template: str, context: dict[str, Any]) -> Letter:
    """One mail to the reader of its template, for who posts many at once."""
    return Letter(kind=KIND, target="courriel", payload={"template": template, "context": context})


def _in_a_group() -> bool:
    try:
        current_group_id()
    except TenancyError:
        return False
    return True


def read(delivery: Delivery) -> Mail:
    """The mail that a message of kind `KIND` posted."""
    user_id = delivery.payload.get("to_user_id")
    return Mail(
        delivery.payload["template"],
        delivery.group_id,
        UUID(user_id) if user_id else None,
        delivery.payload["context"],
    )


def recipient_of(delivery: Delivery) -> Recipient | None:
    """Who it goes to, as of now. None: the account is closed, or the reader is no longer to be written to."""
    if "to_address" in delivery.payload:
        return Recipient(delivery.payload["to_address"])
    if "to_user_id" in delivery.payload:
        return _recipients[0](UUID(delivery.payload["to_user_id"]))
    return _readers[delivery.payload["template"]](read(delivery))


def content_of(posted: Mail) -> dict[str, Any] | None:
    """The values of its template, as of now; None when it is no longer to be sent."""
    maker = _contents.get(posted.template)
    found = maker(posted) if maker else posted.context
    return None if found is None else dict(found)
