"""Pairs of records that may be one human being, merges, and every row that a merge touched with its state before."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from identities.duplicates.states import UNDECIDED, MergeState, PairState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class Pair(TenantRow):
    """Two records that look alike, smaller id first, and what was decided. `proposed_by_name`: somebody asked for it."""

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    other = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=400), default=list)
    state = models.CharField("état", max_length=9, choices=PairState.choices, default=PairState.TO_SETTLE)
    later_until = models.DateField(null=True)
    found_at = models.DateTimeField(auto_now_add=True)
    proposed_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "person", "other"], name="duplicates_pair_once"),
            models.CheckConstraint(condition=Q(person__lt=F("other")), name="duplicates_pair_ordered"),
        ]
        indexes = [
            models.Index(fields=["group_id", "state", "-score"], name="duplicates_pair_best_first"),
            models.Index(fields=["group_id", "other"], name="duplicates_pair_of_other"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} / {self.other_id}"

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED


class PairSearch(TenantRow):
    """When this group was last searched for doubles, and who asks for it now. One row a group."""

    asked_at = models.DateTimeField(null=True)
    asked_by_name = models.CharField(max_length=200, blank=True)
    searched_at = models.DateTimeField(null=True)  # everybody created before was compared
    whole_at = models.DateTimeField(null=True)  # everybody was compared with everybody

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id"], name="duplicates_pairsearch_one")]

    def __str__(self) -> str:
        return f"{self.searched_at}"

    @property
    def is_waiting(self) -> bool:
        """Asked, and not done yet."""
        return self.asked_at is not None and (self.whole_at is None or self.whole_at < self.asked_at)


class Merge(TenantRow):
    """`absorbed` became part of `kept`; the names are those of that day. One in force for a record, the database says so."""

    kept = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    absorbed = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kept_name = models.CharField(max_length=300)
    absorbed_name = models.CharField(max_length=300)
    state = models.CharField("état", max_length=6, choices=MergeState.choices, default=MergeState.DONE)
    merged_at = models.DateTimeField()
    merged_by = models.UUIDField(null=True)
    merged_by_name = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)  # of the undoing
    left = ArrayField(
        models.CharField(max_length=300), default=list
    )  # what the undoing did not touch, in French

    class Meta:
        constraints = [
            row_of_group("duplicates_merge_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "absorbed"],
                condition=Q(state=MergeState.DONE),
                name="duplicates_merge_one_in_force",
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "kept", "state"], name="duplicates_merge_of_kept"),
            models.Index(fields=["group_id", "-merged_at"], name="duplicates_merge_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_name} → {self.kept_name}"


class RowChange(models.TextChoices):
    MOVED = "moved", "passée à la fiche gardée"
    CHANGED = "changed", "modifiée"
    REMOVED = "removed", "retirée"
    ADDED = "added", "ajoutée"


class MergedRow(TenantRow):
    """One row that a merge touched: the columns it wrote, before and after; the whole row when removed or added."""

    merge = models.ForeignKey(Merge, models.PROTECT, db_constraint=False, db_index=False, related_name="rows")
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    change = models.CharField(max_length=7, choices=RowChange.choices)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["group_id", "merge", "table_name"], name="duplicates_mergedrow_table")
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.table_name} {self.row_id}"
