"""The digest made when it leaves, and what the outbox asks before and after each mail to an account."""

import re
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from portal.dispatch.mail import Mail, Postmaster, Recipient, mail_content, register_postmaster
from portal.foundation.clock import now, today
from portal.journal.operations import Machine
from tenants.notices.digest import compose
from tenants.notices.kinds import DIGEST, OBLIGATORY_TEMPLATES
from tenants.notices.links import stop_path
from tenants.notices.models import Departure, Digest, MailAddress
from tenants.notices.operations import Report, record_bounces
from tenants.notices.queries import failing_address

WITHHELD = (
    "Cette adresse ne reçoit plus nos courriels : rien ne lui est envoyé tant qu'elle n'est pas rétablie."
)
TRIED_TODAY = "Cette adresse ne reçoit plus nos courriels : un seul essai par jour."
MAIL_SERVER = Machine("Le serveur de courriel")
# Only what names the mailbox itself (RFC 3463 §3.2): a relay that refuses for its own reasons says nothing of the address.
_NO_SUCH_MAILBOX = re.compile(r"\b5\.1\.\d{1,3}\b")


@mail_content(DIGEST)
def digest(mail: Mail) -> dict[str, Any] | None:
    """None when there is nothing to say, or no longer time to say it."""
    found = Digest.objects.select_related("user").get(pk=mail.context["digest_id"])
    parts = compose(found)
    if not parts:
        return None
    stop = mail.link(stop_path(found.user_id))
    return {
        "day": found.day,
        "parts": parts,
        "preferences_link": mail.link(reverse("notices:preferences")),
        "stop_link": stop,
        "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    }


def before_leaving(mail: Mail, recipient: Recipient, message_id: UUID) -> str:
    """Why that mail does not leave; else empty, and the row that ties a bounce to it is written.

    To an address that fails: an obligation is tried once a day, the rest waits.
    """
    if mail.to_user_id is None:
        return ""
    is_failing = failing_address(recipient.email) is not None
    if is_failing and mail.template not in OBLIGATORY_TEMPLATES:
        return WITHHELD
    if Departure.objects.filter(
        pk=message_id
    ).exists():  # another try of the same mail, which the server put off
        return ""
    if is_failing and not _first_try_today(recipient.email):
        return TRIED_TODAY
    Departure.objects.create(
        message_id=message_id,
        user_id=mail.to_user_id,
        address=recipient.email,
        template=mail.template,
        left_at=now(),
    )
    return ""


def _first_try_today(address: str) -> bool:
    """Of two at once, one."""
    rows = MailAddress.objects.filter(
        Q(last_tried_on__isnull=True) | Q(last_tried_on__lt=today()), pk=address
    )
    return rows.update(last_tried_on=today()) == 1


def after_refusal(mail: Mail, recipient: Recipient, message_id: UUID, answer: str) -> bool:
    """The server refused the address while it was named to it. Whether nobody needs to look at that message any more."""
    found = _NO_SUCH_MAILBOX.search(answer)
    if mail.to_user_id is None or found is None:
        return False
    report = Report(f"smtp:{message_id}:{today()}", found[0], now(), recipient.email, message_id)
    record_bounces(actor=MAIL_SERVER, reports=[report])
    return mail.template not in OBLIGATORY_TEMPLATES


register_postmaster(Postmaster(before_leaving, after_refusal))
