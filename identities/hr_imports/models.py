"""Sources of HR files, what each import would change line by line, and what it changed with the state before."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from identities.hr_imports.states import OPEN_RUNS, RunState, SiteState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class SourceKind(models.TextChoices):
    PAYROLL = "payroll", "paie d'une entité juridique"
    PLANNING = "planning", "outil de planning"
    AGENCY = "agency", "agence d'intérim"


class Source(TenantRow):
    """Where files come from. `issuer` marks its matricules; `mapping` and `site_codes` are what was told once on screen."""

    name = models.CharField("nom", max_length=100)
    kind = models.CharField("nature", max_length=10, choices=SourceKind.choices)
    legal_entity = models.ForeignKey(
        "groups.LegalEntity", models.PROTECT, db_constraint=False, db_index=False, null=True, blank=True, related_name="+",
        verbose_name="entité juridique",
    )  # fmt: skip
    issuer = models.CharField("émetteur des matricules", max_length=60, blank=True)
    is_complete = models.BooleanField("le fichier contient tout le personnel", default=True)
    mapping = models.JSONField(default=dict)
    site_codes = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            row_of_group("hr_imports_source_of_group"),
            models.UniqueConstraint(fields=["group_id", "name"], name="hr_imports_source_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """What `Assignment.source` holds for the affectations of this source."""
        return f"hr:{self.pk.hex}"


class GuardSettings(TenantRow):
    """Beyond what an import stops and asks. One row a group; none: the defaults."""

    departures_percent = models.PositiveSmallIntegerField("départs par site, en pourcentage", default=5)
    departures_count = models.PositiveSmallIntegerField("départs par site, en nombre", default=10)
    shrink_percent = models.PositiveSmallIntegerField(
        "baisse du nombre de lignes, en pourcentage", default=10
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id"], name="hr_imports_guardsettings_one")]

    def __str__(self) -> str:
        return f"{self.departures_percent} %"


class JobTitle(TenantRow):
    """A job title of this group's files and the national function it stands for, as the group decided."""

    key = models.CharField(max_length=200)
    label = models.CharField("intitulé", max_length=200)
    function = models.ForeignKey(
        "assignments.NationalFunction", models.PROTECT, db_index=False, related_name="+", verbose_name="fonction nationale"
    )  # fmt: skip
    decided_by_name = models.CharField(max_length=200)
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id", "key"], name="hr_imports_jobtitle_key")]

    def __str__(self) -> str:
        return self.label


class Run(TenantRow):
    """One file, from its deposit to its application or its undoing."""

    source = models.ForeignKey(
        Source, models.PROTECT, db_constraint=False, db_index=False, related_name="runs"
    )
    state = models.CharField("état", max_length=10, choices=RunState.choices, default=RunState.RECEIVED)
    file_name = models.CharField("fichier", max_length=255)
    file_form = models.CharField(max_length=60)
    file_hash = models.CharField(max_length=64)
    as_of = models.DateField("situation au")
    headers = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(default=0)
    decisions = models.JSONField(default=dict)  # line → id of the person it is, or « new »
    counts = models.JSONField(default=dict)
    filled = models.JSONField(default=dict)  # column → how many rows fill it
    guards = models.JSONField(default=list)
    unknown = models.JSONField(default=dict)  # « site », « function » → {what the file says: number of rows}
    failure = models.TextField(blank=True)
    reason = models.TextField("motif", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    moved_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    actor_id = models.UUIDField(null=True)  # who asked for the work in progress
    actor_name = models.CharField(max_length=200, blank=True)
    # Of what software sent: its key, the same request sent twice, and whether it is applied once no guard stops it.
    pushed_by = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=100, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    then_apply = models.BooleanField(default=False)

    class Meta:
        constraints = [
            row_of_group("hr_imports_run_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "source", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="hr_imports_run_one_request",
            ),
            models.UniqueConstraint(
                fields=["group_id", "source"],
                condition=Q(state__in=OPEN_RUNS),
                name="hr_imports_run_one_open",
            ),
        ]
        indexes = [models.Index(fields=["group_id", "source", "-created_at"])]

    def __str__(self) -> str:
        return self.file_name


class DepositedFile(TenantRow):
    """The file itself, kept while its import is open, then deleted."""

    run = models.ForeignKey(Run, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "run"], name="hr_imports_depositedfile_run")
        ]

    def __str__(self) -> str:
        return f"file of {self.run_id}"


class Outcome(models.TextChoices):
    CREATED = "created", "nouvelle personne"
    JOINED = "joined", "nouvelle affectation"
    CHANGED = "changed", "modification"
    MOVED = "moved", "changement de site ou de fonction"
    ENDED = "ended", "départ"
    REFUSED = "refused", "ligne refusée"
    DOUBLE = "double", "double probable, à décider"
    UNCHANGED = "unchanged", "sans changement"


class LineState(models.TextChoices):
    WAITING = "waiting", "à appliquer"
    APPLIED = "applied", "appliquée"
    LEFT = "left", "laissée de côté"
    UNDONE = "undone", "annulée"
    KEPT = "kept", "changée depuis, non annulée"


class ToTheMicrosecond(DjangoJSONEncoder):
    """Django's own cuts moments to the millisecond: a state compared with what was written would always differ."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


class Line(TenantRow):
    """What a line of the file does. `number` 0: somebody whom the file no longer names. Unchanged ones are only counted."""

    run = models.ForeignKey(Run, models.PROTECT, db_constraint=False, db_index=False, related_name="lines")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.WAITING)
    name = models.CharField(max_length=250)
    person_id = models.UUIDField(null=True)  # of somebody who may not be registered yet: no foreign key
    is_new = models.BooleanField(default=False)
    establishment = models.ForeignKey(
        "groups.Establishment",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    assignment = models.ForeignKey(
        "assignments.Assignment",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    values = models.JSONField(null=True)  # as read: traits, period, function
    changes = models.JSONField(default=list)  # [{"field", "before", "after"}]
    problems = models.JSONField(default=list)  # [{"column", "message"}]
    cells = models.JSONField(null=True)  # of refused lines, as in the file
    doubles = models.JSONField(default=list)
    written = models.JSONField(null=True, encoder=ToTheMicrosecond)  # what was done, with the state before
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["group_id", "run", "outcome", "number"], name="hr_imports_line_outcome"),
            models.Index(fields=["group_id", "run", "establishment"], name="hr_imports_line_site"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"


class SiteRun(TenantRow):
    """One site of an import: applied whole or not at all."""

    run = models.ForeignKey(Run, models.PROTECT, db_constraint=False, db_index=False, related_name="sites")
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=SiteState.choices, default=SiteState.WAITING)
    counts = models.JSONField(default=dict)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "run", "establishment"], name="hr_imports_siterun_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.establishment_id} {self.state}"

    @property
    def arrivals(self) -> int:
        return self.counts.get(Outcome.CREATED, 0) + self.counts.get(Outcome.JOINED, 0)

    @property
    def changed(self) -> int:
        return self.counts.get(Outcome.CHANGED, 0)

    @property
    def moved(self) -> int:
        return self.counts.get(Outcome.MOVED, 0)

    @property
    def ended(self) -> int:
        return self.counts.get(Outcome.ENDED, 0)
