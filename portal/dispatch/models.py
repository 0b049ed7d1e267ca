"""The outbox: what must leave, written in the transaction of the act that caused it (portal/decisions/0004-outbox.md)."""

from django.db import models

from portal.dispatch.states import MessageState, Outcome
from portal.foundation.tenancy.rows import TenantRow


class Message(TenantRow):
    """One thing to do outside of the transaction. The payload carries ids, never a name or a secret.

    Deleted by the task that settles it, in the same commit as its effect; what is settled stays as a `Settlement`.
    """

    number = models.BigIntegerField(
        db_default=models.Func(models.Value("dispatch_message_number"), function="nextval")
    )
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=120, blank=True)
    ordering_key = models.CharField(max_length=120, blank=True)  # one at a time, in order, per key
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.PENDING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # when the relay last rang the worker
    attempts = models.PositiveSmallIntegerField(default=0)
    in_flight_until = models.DateTimeField(null=True)
    reason = models.CharField(
        max_length=300, blank=True
    )  # the last failure, in French, without personal data

    class Meta:
        indexes = [
            # None on the state: the planner, whose statistics of a queue are never right, took it instead of the key.
            models.Index(fields=["group_id", "ordering_key", "number"]),
            models.Index(fields=["due_at"], name="dispatch_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.target or '∅'}"


class Settlement(TenantRow):
    """How a message ended. Append-only."""

    message_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    attempts = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    settled_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "message_id"], name="dispatch_settlement_once")
        ]
        indexes = [models.Index(fields=["group_id", "-settled_at"])]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_outcome_display()}"
