"""What an account wants to be told, its digests, and what became of its mailbox: of accounts, so of no single group."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from portal.foundation.keys import uuid7
from tenants.notices.states import BounceKind, DigestOutcome

MORNING, EVENING = time(7), time(20)

_HOLDS_A_NIGHT = Q(quiet_from__gt=F("quiet_until"))
_IN_QUIET_HOURS = (~_HOLDS_A_NIGHT & Q(send_at__gte=F("quiet_from")) & Q(send_at__lt=F("quiet_until"))) | (
    _HOLDS_A_NIGHT & (Q(send_at__gte=F("quiet_from")) | Q(send_at__lt=F("quiet_until")))
)


class Preferences(models.Model):
    """One per account that chose something; the defaults stand for the others. Times are those of a clock in Paris."""

    user = models.OneToOneField("memberships.User", models.PROTECT, primary_key=True, related_name="+")
    rhythms = models.JSONField(default=dict)  # code of a kind → Rhythm, when it is not the kind's own
    send_at = models.TimeField(default=MORNING)
    on_weekends = models.BooleanField(default=False)
    paused_until = models.DateField(null=True)  # that day included
    quiet_from = models.TimeField(default=EVENING)
    quiet_until = models.TimeField(default=MORNING)
    unsubscribed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~_IN_QUIET_HOURS, name="notices_preferences_not_in_quiet_hours")
        ]

    def __str__(self) -> str:
        return f"preferences {self.pk}"


class Digest(models.Model):
    """One per account and day, written with the message that sends it: PostgreSQL refuses a second one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("memberships.User", models.PROTECT, db_index=False, related_name="+")
    day = models.DateField()
    outcome = models.CharField(max_length=10, choices=DigestOutcome.choices, default=DigestOutcome.PLANNED)
    planned_at = models.DateTimeField()
    composed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="notices_digest_once_a_day")]
        indexes = [models.Index(fields=["day"], name="notices_digest_day")]

    def __str__(self) -> str:
        return f"digest of {self.day}"


class Departure(models.Model):
    """Which account and address a message left to: written before the wire, so that a bounce is tied to its message."""

    message_id = models.UUIDField(primary_key=True)
    # A trace, not a right: an account is not held back by what it was sent.
    user = models.ForeignKey(
        "memberships.User", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    address = models.EmailField()
    template = models.CharField(max_length=60)
    left_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["left_at"], name="notices_departure_left")]

    def __str__(self) -> str:
        return f"{self.template} {self.message_id}"


class MailAddress(models.Model):
    """An address of ours that bounced at least once. `failing_since`: our mails to it stop."""

    address = models.EmailField(primary_key=True)
    failing_since = models.DateTimeField(null=True)
    status = models.CharField(max_length=12, blank=True)  # RFC 3463, of the bounce that marked it
    last_tried_on = models.DateField(null=True)  # an obligation, while it fails
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["address"], name="notices_address_failing", condition=Q(failing_since__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"address {'failing' if self.failing_since else 'working'}"


class Bounce(models.Model):
    """One mail that came back. `event_id` is drawn from its source, so that the same report counts once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_id = models.CharField(max_length=200, unique=True)
    address = models.ForeignKey(MailAddress, models.PROTECT, db_index=False, related_name="bounces")
    message_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=4, choices=BounceKind.choices)
    status = models.CharField(max_length=12)
    bounced_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["address", "bounced_at"], name="notices_bounce_address"),
            models.Index(fields=["received_at"], name="notices_bounce_received"),
        ]

    def __str__(self) -> str:
        return f"bounce {self.status}"
