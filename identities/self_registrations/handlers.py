"""What the mails of this room say. The secret of a link and the digits of a code are drawn here, when the mail leaves:
the outbox holds ids, the tables hold hashes, and another try of the same mail draws others."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from identities.self_registrations.codes import six_digits
from identities.self_registrations.links import new_secret
from identities.self_registrations.models import ContactCode, PersonalLink
from identities.self_registrations.rules import CODE_MAIL, INVITATION, hash_of_code, link_refusal
from portal.dispatch.mail import Mail, Recipient, mail_content, mail_reader
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tenants.groups.queries import groups_named


@mail_reader(INVITATION)
def invited_person(mail: Mail) -> Recipient | None:
    """None once the link is replaced, opened or too old."""
    with tenant(mail.group_id):
        link = _link(mail)
        return Recipient(link.sent_to, link.registration.person.display_name) if link else None


@mail_content(INVITATION)
def invitation(mail: Mail) -> dict[str, Any] | None:
    """Draws the link's secret and keeps its hash."""
    with tenant(mail.group_id):
        link = _link(mail)
        if link is None:
            return None
        secret = new_secret(mail.group_id)
        PersonalLink.objects.filter(pk=link.pk, opened_at=None).update(token_hash=secret.hash)
    group = next(iter(groups_named([mail.group_id])), None)
    if group is None:
        return None
    return {
        "link": mail.link(reverse("pre_registration:open", args=[secret.text])),
        "group_name": group.name,
        "site_name": link.registration.establishment.name,
        "inviter_name": link.created_by_name,
        "expires_at": link.expires_at,
    }


def _link(mail: Mail) -> PersonalLink | None:
    related = ("registration__person", "registration__establishment", "registration__request")
    found = PersonalLink.objects.select_related(*related).get(pk=UUID(mail.context["link_id"]))
    return None if link_refusal(found, now()) else found


@mail_reader(CODE_MAIL)
def who_asked(mail: Mail) -> Recipient | None:
    """None once the path is over: what its code would prove is forgotten."""
    with tenant(mail.group_id):
        value = _code(mail).value
    return Recipient(value) if value else None


@mail_content(CODE_MAIL)
def code(mail: Mail) -> dict[str, Any] | None:
    """Draws the digits and keeps their hash. None once the code is too old, or proved."""
    with tenant(mail.group_id):
        found = _code(mail)
        if found.expires_at <= now() or found.proved_at is not None:
            return None
        digits = six_digits()
        ContactCode.objects.filter(pk=found.pk).update(code_hash=hash_of_code(found, digits))
    return {"digits": f"{digits[:3]} {digits[3:]}", "expires_at": found.expires_at}


def _code(mail: Mail) -> ContactCode:
    return ContactCode.objects.get(pk=UUID(mail.context["code_id"]))
