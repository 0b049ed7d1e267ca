"""What a person chooses to be told, and what is recorded of mails that came back; each leaves a line in the journal."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Actor, record
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.queries import groups_of
from tenants.notices.models import Bounce, MailAddress, Preferences
from tenants.notices.queries import departure_of, preferences_of, soft_bounces
from tenants.notices.rules import SOFT_LIMIT, bounce_kind, check_preferences, check_rhythms, why_it_bounced
from tenants.notices.states import BounceKind

CHANGED = Act("notices_changed", "{actor} a réglé ses avis par courriel.")
STOPPED = Act("digest_stopped", "{actor} a arrêté son récapitulatif par courriel.")
BOUNCED = Act("mail_bounced", "{actor} a signalé le retour d'un courriel de {holder} : {why} ({status}).")
FAILING = Act(
    "address_failing", "{actor} a signalé que les courriels n'arrivent plus à {holder} : {why} ({status})."
)
RESTORED = Act("address_restored", "{actor} a déclaré que l'adresse de {holder} fonctionne de nouveau.")

SKEW = timedelta(minutes=10)  # what a report's clock may be ahead of ours


@dataclass(frozen=True)
class Choices:
    """What a person typed on their page of notices. `rhythms`: code of a kind → Rhythm."""

    rhythms: dict[str, str]
    send_at: time
    on_weekends: bool
    paused_until: date | None
    quiet_from: time
    quiet_until: time
    wanted: bool


def change_preferences(*, actor: User, choices: Choices) -> Preferences:
    """Keeps what the person chose. Refuses (DomainError) an hour of silence, a past pause, an obligation switched off."""
    check_rhythms(choices.rhythms)
    with transaction.atomic():
        found = preferences_of(actor)
        before = _facts(found)
        for name in ("rhythms", "send_at", "on_weekends", "paused_until", "quiet_from", "quiet_until"):
            setattr(found, name, getattr(choices, name))
        found.unsubscribed_at = None if choices.wanted else found.unsubscribed_at or now()
        check_preferences(found)
        found.save()
        with tenant(PLATFORM):
            record(
                actor, CHANGED, object_kind="user", object_id=actor.pk, before=before, after=_facts(found)
            )  # fmt: skip
    return found


def stop_digest(*, actor: User) -> None:
    """Ends the part of the digest that is not an obligation, by its link; a second time changes nothing."""
    with transaction.atomic():
        found, _ = Preferences.objects.select_for_update().get_or_create(user=actor)
        if found.unsubscribed_at is None:
            found.unsubscribed_at = now()
            found.save(update_fields=["unsubscribed_at", "changed_at"])
            _record_everywhere(actor, STOPPED, actor)


def _facts(found: Preferences) -> dict[str, Any]:
    names = (
        "rhythms",
        "send_at",
        "on_weekends",
        "paused_until",
        "quiet_from",
        "quiet_until",
        "unsubscribed_at",
    )
    return {name: getattr(found, name) for name in names}


@dataclass(frozen=True)
class Report:
    """One mail that came back. `status`: enhanced code (RFC 3463). Without `address`, `message_id` says whose it was."""

    event_id: str
    status: str
    at: datetime | None
    address: str = ""
    message_id: UUID | None = None


def record_bounces(*, actor: Actor, reports: Iterable[Report]) -> Counter[str]:
    """Records what came back, one commit per report, outside of any door; says how many of each kind there were.

    A permanent one (5.x.x) marks its address (« marked »), so do five transient ones in seven days; else it is « recorded ».
    « repeated » (already seen), « unknown » (no account, or no message, of ours) and « ignored » (neither permanent nor
    transient) change nothing.
    """
    seen: Counter[str] = Counter()
    for one in reports:
        with transaction.atomic():
            seen[_recorded(actor, one)] += 1
    return seen


def _recorded(actor: Actor, report: Report) -> str:
    kind = bounce_kind(report.status)
    if kind is None:
        return "ignored"
    holder, address = _whose(report)
    if holder is None:
        return "unknown"
    MailAddress.objects.get_or_create(address=address)
    found = MailAddress.objects.select_for_update().get(pk=address)
    moment = min(report.at or now(), now() + SKEW)
    values = {"address": found, "message_id": report.message_id, "kind": kind, "status": report.status[:12]}
    _, is_new = Bounce.objects.get_or_create(
        event_id=report.event_id, defaults={**values, "bounced_at": moment, "received_at": now()}
    )
    if not is_new:
        return "repeated"
    said: dict[str, Any] = {
        "why": why_it_bounced(report.status),
        "status": report.status,
        "holder": holder.full_name,
    }
    if found.failing_since is None and _is_enough(found, kind, moment):
        MailAddress.objects.filter(pk=address).update(failing_since=now(), status=report.status[:12])
        _record_everywhere(actor, FAILING, holder, **said)
        return "marked"
    with tenant(PLATFORM):
        record(actor, BOUNCED, object_kind="user", object_id=holder.pk, **said)
    return "recorded"


def _whose(report: Report) -> tuple[User | None, str]:
    """By the address when the source is trusted with it, else by the message of ours that came back."""
    if report.address:
        address = report.address.strip().lower()
        return User.objects.filter(email=address).first(), address
    departure = departure_of(report.message_id)
    return (departure.user, departure.address) if departure else (None, "")


def _is_enough(found: MailAddress, kind: BounceKind, moment: datetime) -> bool:
    if kind == BounceKind.SOFT:
        return soft_bounces(found, now()) >= SOFT_LIMIT
    return found.cleared_at is None or moment > found.cleared_at


def restore_own_address(*, actor: User) -> bool:
    """The person says that their address works again: mails leave, bounces are counted anew. False: it did not fail."""
    with transaction.atomic():
        was_failing = _restored(actor.email)
        if was_failing:
            _record_everywhere(actor, RESTORED, actor, holder=actor.full_name)
    return was_failing


def restore_address(*, actor: Access, membership: Membership) -> bool:
    """The same by an administrator, in the door of their group, for the holder of one of its rights."""
    was_failing = _restored(membership.user.email)
    if was_failing:
        record(
            actor, RESTORED, object_kind="membership", object_id=membership.pk, holder=membership.shown_name
        )  # fmt: skip
    return was_failing


def _restored(address: str) -> bool:
    values = {"failing_since": None, "status": "", "cleared_at": now(), "last_tried_on": None}
    return MailAddress.objects.filter(pk=address, failing_since__isnull=False).update(**values) == 1


def _record_everywhere(actor: Actor, act: Act, account: User, **values: Any) -> None:
    """In the platform's journal, and in that of each group where the account has a right in force."""
    for group_id in [PLATFORM, *groups_of(account)]:
        with tenant(group_id):
            record(actor, act, object_kind="user", object_id=account.pk, **values)
