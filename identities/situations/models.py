"""RPPS situations to close: one row per departure of somebody whom the establishment had registered."""

from django.db import models
from django.db.models import Q

from identities.situations.states import WAITING, SituationState
from portal.foundation.tenancy.rows import TenantRow


class ClosedBy(models.TextChoices):
    PSI = "psi", "API Pro Santé Identité"
    PORTAL = "portal", "portail RPPS+"


class SituationToClose(TenantRow):
    """Somebody left a site where the RPPS still has them at work.

    `assignment`: the departure that opened it, once. `end_reason`: JDV_J92. `closed_on`: the day it was done, as typed or as
    answered; `verified_on`: the day the Annuaire Santé showed no activity of theirs there any more.
    """

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="situations"
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    function = models.ForeignKey(
        "assignments.NationalFunction", models.PROTECT, db_index=False, related_name="+"
    )
    request = models.ForeignKey(
        "registrations.RegistrationRequest",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )  # the end of activity asked by API PSI
    state = models.CharField(
        "état", max_length=12, choices=SituationState.choices, default=SituationState.OPEN
    )
    ended_on = models.DateField("départ")
    opened_at = models.DateTimeField("ouverte le")
    end_reason = models.CharField("motif de fin", max_length=3, blank=True)
    closed_by = models.CharField("voie", max_length=8, choices=ClosedBy.choices, blank=True)
    closed_on = models.DateField("close le", null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    settled_by_name = models.CharField(max_length=200, blank=True)
    note = models.CharField("précision", max_length=300, blank=True)  # why not needed, or why open again
    verified_on = models.DateField("vérifiée le", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "assignment"], name="situations_situationtoclose_one_per_departure"
            ),
            models.UniqueConstraint(
                fields=["group_id", "person", "establishment", "state"],
                condition=Q(state__in=WAITING),
                name="situations_situationtoclose_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False) | ~Q(state=SituationState.CLOSED),
                name="situations_situationtoclose_closed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False) | ~Q(state=SituationState.ASKED),
                name="situations_situationtoclose_asked_has_request",
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "establishment", "state", "opened_at"]),
            models.Index(fields=["group_id", "state", "opened_at"]),
            models.Index(fields=["group_id", "person"]),
            models.Index(fields=["group_id", "request"], name="situations_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.pk}"
