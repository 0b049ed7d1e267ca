"""The journal: lines that outlive what they describe, and the seals that chain them (portal/decisions/0005-journal.md)."""

from django.db import models

from portal.foundation.tenancy.rows import TenantRow


class Line(TenantRow):
    """One act as a French sentence. Append-only by grants; `seal_number` is given once by the sealer, from NULL."""

    number = models.BigIntegerField(
        db_default=models.Func(models.Value("journal_line_number"), function="nextval")
    )
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    act = models.CharField(max_length=60)
    establishment_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True)
    sentence = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=36, blank=True)
    seal_number = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["group_id", "-at", "-number"], name="journal_line_newest"),
            models.Index(fields=["group_id", "act", "-at", "-number"], name="journal_line_by_act"),
            models.Index(fields=["group_id", "object_id", "-at"]),
            models.Index(fields=["group_id", "establishment_id", "-at"]),
            models.Index(fields=["group_id", "seal_number", "number"]),
            models.Index(
                fields=["group_id", "number"],
                name="journal_line_unsealed",
                condition=models.Q(seal_number__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class Seal(TenantRow):
    """A batch of lines, its digest, and the hash that chains it to the seal before. Insert-only."""

    number = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()
    line_count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "number"], name="journal_seal_number"),
            models.CheckConstraint(
                condition=models.Q(line_count__gt=0, number__gt=0), name="journal_seal_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"
