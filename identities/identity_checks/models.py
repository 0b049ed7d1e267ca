"""How long a check holds in a group, and the changes of verified identities that wait for a second person."""

from django.db import models
from django.db.models import F, Q

from identities.identity_checks.states import ChangeState
from identities.people.models import CheckMethod, DocumentKind, RemoteMeans
from portal.foundation.tenancy.rows import TenantRow, row_of_group

# Ours: no text dates the check itself. RIE v2 EXI 08 (draft) asks for a new enrolment of the MIE every 36 months.
DEFAULT_MONTHS = 36
MONTHS_ALLOWED = (6, 120)


class Validity(TenantRow):
    """How many months a check holds; no row: `DEFAULT_MONTHS`."""

    months = models.PositiveSmallIntegerField("durée en mois")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id"], name="identity_checks_validity_one"),
            models.CheckConstraint(
                condition=Q(months__range=MONTHS_ALLOWED), name="identity_checks_validity_months"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months"


class TraitChange(TenantRow):
    """Civil traits of a verified identity, before → after, with the check that bears them out, seen by whoever asks."""

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="trait_changes"
    )
    establishment_id = models.UUIDField(null=True)
    state = models.CharField("état", max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    before = models.JSONField()
    after = models.JSONField()
    method = models.CharField("méthode", max_length=14, choices=CheckMethod.choices)
    document_kind = models.CharField("document", max_length=18, choices=DocumentKind.choices)
    remote_means = models.CharField("moyen", max_length=20, choices=RemoteMeans.choices, blank=True)
    asked_at = models.DateTimeField("demandé le")
    asked_by = models.UUIDField()
    asked_by_name = models.CharField("demandé par", max_length=200)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)

    class Meta:
        constraints = [
            row_of_group("identity_checks_traitchange_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "person"],
                condition=Q(state=ChangeState.WAITING),
                name="identity_checks_traitchange_one_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChangeState.CONFIRMED, ChangeState.REFUSED])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="identity_checks_traitchange_two_people",
            ),
        ]
        indexes = [models.Index(fields=["group_id", "state", "asked_at"])]

    def __str__(self) -> str:
        return f"change {self.pk}"
