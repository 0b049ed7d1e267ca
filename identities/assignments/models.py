"""Where people work: affectations and missions, their changes, drafts of arrival, and the national functions."""

import re

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from identities.assignments.states import AssignmentState
from portal.foundation.database import SearchKey
from portal.foundation.tenancy.rows import TenantRow, row_of_group


def short_label(label: str) -> str:
    """For narrow columns: « Logistique » for « Autre professionnel intervenant dans la logistique »."""
    short = re.sub(r"^Autre professionnel intervenant dans (l'|la |le |les )", "", label)
    return short[:1].upper() + short[1:]


class NationalFunction(models.Model):
    """A profession (TRE_G15, R94, R95…) or a role of « professionnel à rôle » (TRE_R85), with who registers it."""

    code = models.CharField(primary_key=True, max_length=20)  # "R85-313", "G15-60"
    terminology = models.CharField(max_length=60)
    national_code = models.CharField(max_length=10)
    label = models.CharField(max_length=200)
    registration_authority = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    is_selectable = models.BooleanField()
    closed_on = models.DateField(null=True)
    replaced_by = models.CharField(max_length=60, blank=True)
    is_common = models.BooleanField(default=False)  # ours: usual in an ESMS, offered first
    search_key = GeneratedField(
        expression=SearchKey(F("label")), output_field=models.TextField(), db_persist=True
    )

    def __str__(self) -> str:
        return self.label

    @property
    def short_label(self) -> str:
        return short_label(self.label)


class JobShortcut(models.Model):
    """A usual job title or abbreviation of an ESMS, ours, and the national function it stands for."""

    label = models.CharField(primary_key=True, max_length=100)
    function = models.ForeignKey(NationalFunction, models.CASCADE, related_name="shortcuts")
    search_key = GeneratedField(
        expression=SearchKey(F("label")), output_field=models.TextField(), db_persist=True
    )

    def __str__(self) -> str:
        return self.label


class AssignmentKind(models.TextChoices):
    AFFECTATION = "affectation", "affectation"
    MISSION = "mission", "mission"


class ContractKind(models.TextChoices):
    CDI = "cdi", "CDI"
    CDD = "cdd", "CDD"
    TEMP = "temp", "intérim"
    INTERNSHIP = "internship", "stage ou alternance"
    LIBERAL = "liberal", "libéral"
    OTHER = "other", "autre"


class EndReason(models.TextChoices):
    SCHEDULED = "scheduled", "fin prévue"
    EARLY = "early", "départ anticipé"
    RESIGNATION = "resignation", "démission"
    TRANSFER = "transfer", "mutation vers un autre site"
    RETIREMENT = "retirement", "retraite"
    NO_SHOW = "no_show", "ne s'est pas présenté"
    MISTAKE = "mistake", "erreur de saisie"
    OTHER = "other", "autre motif"


class Assignment(TenantRow):
    """One person, one establishment, one function, from one minute to another (UTC; no end: open-ended)."""

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="assignments"
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "groups.Unit",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    kind = models.CharField(max_length=12, choices=AssignmentKind.choices)
    contract = models.CharField(
        "contrat", max_length=12, choices=ContractKind.choices, default=ContractKind.OTHER
    )
    function = models.ForeignKey(
        NationalFunction, models.PROTECT, db_index=False, related_name="+", verbose_name="fonction"
    )
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=AssignmentState.choices)
    agency = models.CharField("agence", max_length=120, blank=True)
    replaced_person = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    end_reason = models.CharField("motif de fin", max_length=12, choices=EndReason.choices, blank=True)
    # Of a change of site or function: what comes after this stay, and what it comes after. Both, since a site that sees
    # one of the two may not see the other.
    moved_to = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    moved_from = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=40, default="typed")
    submission_key = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001  null: no submission to replay
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            row_of_group("assignments_assignment_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "submission_key"], name="assignments_assignment_submitted_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="assignments_assignment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=False) | ~Q(kind=AssignmentKind.MISSION),
                name="assignments_assignment_mission_has_end",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=False) | ~Q(state=AssignmentState.ENDED),
                name="assignments_assignment_ended_has_end",
            ),
            ExclusionConstraint(
                name="assignments_assignment_once_at_a_time",
                expressions=[
                    ("group_id", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("establishment", RangeOperators.EQUAL),
                    ("function", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                # Written so that no read takes this index for its own: a GiST reads ten times more than the others.
                condition=~Q(Exact(Upper("state"), Value(AssignmentState.CANCELLED.upper()))),
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "person", "establishment", "state"]),
            models.Index(fields=["group_id", "establishment", "state", "ends_at"]),
            models.Index(
                fields=["ends_at"],
                name="assignments_due_to_end",
                condition=Q(
                    state__in=[AssignmentState.PLANNED, AssignmentState.RUNNING], ends_at__isnull=False
                ),
            ),
            models.Index(
                fields=["starts_at"],
                name="assignments_due_to_start",
                condition=Q(state=AssignmentState.PLANNED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class AssignmentChange(TenantRow):
    """Append-only history: who changed the state or the end, when, from what to what."""

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, db_constraint=False, db_index=False, related_name="changes"
    )
    establishment_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    ends_at_before = models.DateTimeField(null=True)
    ends_at_after = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = [models.Index(fields=["group_id", "assignment", "at"])]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class ArrivalDraft(TenantRow):
    """What was typed on the arrival page and not sent yet: one per person typing and site."""

    establishment_id = models.UUIDField()
    user_id = models.UUIDField()
    values = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "establishment_id", "user_id"], name="assignments_arrivaldraft_one"
            )
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
