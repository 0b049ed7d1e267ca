"""The yearly review of who is still here: a campaign of the group, one review per site, its lines, and their answers."""

from datetime import date

from django.db import models
from django.db.models import Q

from identities.reviews.states import CampaignState, ReviewState
from portal.foundation.clock import PARIS
from portal.foundation.tenancy.rows import TenantRow, row_of_group

MONTHS = (
    *((1, "janvier"), (2, "février"), (3, "mars"), (4, "avril"), (5, "mai"), (6, "juin")),
    *((7, "juillet"), (8, "août"), (9, "septembre"), (10, "octobre"), (11, "novembre"), (12, "décembre")),
)
DAYS_TO_ANSWER = 30  # ours


class Schedule(TenantRow):
    """When the review begins by itself, every year; no row, or no month: only when somebody starts it."""

    month = models.PositiveSmallIntegerField("mois", choices=MONTHS, null=True, blank=True)
    days_to_answer = models.PositiveSmallIntegerField("délai en jours", default=DAYS_TO_ANSWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id"], name="reviews_schedule_one"),
            models.CheckConstraint(
                condition=Q(month=None) | Q(month__range=(1, 12)), name="reviews_schedule_month"
            ),
        ]

    def __str__(self) -> str:
        return f"month {self.month}"


class Campaign(TenantRow):
    """One review of the whole group. At most one is open."""

    state = models.CharField("état", max_length=10, choices=CampaignState.choices, default=CampaignState.OPEN)
    started_at = models.DateTimeField("lancée le")
    started_by = models.UUIDField(null=True)
    started_by_name = models.CharField(max_length=200)
    due_on = models.DateField("à terminer le")
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            row_of_group("reviews_campaign_of_group"),
            models.UniqueConstraint(
                fields=["group_id"], condition=Q(state=CampaignState.OPEN), name="reviews_campaign_one_open"
            ),
        ]
        indexes = [models.Index(fields=["group_id", "-started_at"])]

    def __str__(self) -> str:
        return f"campaign {self.pk}"

    @property
    def started_on(self) -> date:
        """In Paris."""
        return self.started_at.astimezone(PARIS).date()


class SiteReview(TenantRow):
    """The part of one establishment. Its list is frozen when the campaign begins."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_constraint=False, db_index=False, related_name="reviews"
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField("état", max_length=10, choices=ReviewState.choices, default=ReviewState.WAITING)
    finished_at = models.DateTimeField(null=True)
    finished_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            row_of_group("reviews_sitereview_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "campaign", "establishment"], name="reviews_sitereview_once"
            ),
        ]
        indexes = [models.Index(fields=["group_id", "establishment", "state"])]

    def __str__(self) -> str:
        return f"review {self.pk}"


class ReviewLine(TenantRow):
    """Somebody present at the start, as they were then: never changed."""

    review = models.ForeignKey(
        SiteReview, models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    establishment_id = models.UUIDField()
    assignment = models.ForeignKey(
        "assignments.Assignment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    rank = models.PositiveIntegerField()  # by name
    person_name = models.CharField("personne", max_length=300)
    function_label = models.CharField("fonction", max_length=200)
    unit_name = models.CharField("service", max_length=120, blank=True)
    starts_at = models.DateTimeField("depuis")
    ends_at = models.DateTimeField("fin prévue", null=True)

    class Meta:
        constraints = [
            row_of_group("reviews_reviewline_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "review", "assignment"], name="reviews_reviewline_once"
            ),
        ]
        indexes = [models.Index(fields=["group_id", "review", "rank"])]

    def __str__(self) -> str:
        return f"line {self.pk}"


class AnswerKind(models.TextChoices):
    CONFIRMED = "confirmed", "toujours là"
    ENDED = "ended", "ne travaille plus ici"
    LEFT = "left", "parti entre-temps"


class ReviewAnswer(TenantRow):
    """What was answered for a line: once, by whom, when; PostgreSQL lets nobody change it. `ends_at`: of a departure."""

    line = models.ForeignKey(
        ReviewLine, models.PROTECT, db_constraint=False, db_index=False, related_name="answers"
    )
    establishment_id = models.UUIDField()
    kind = models.CharField("réponse", max_length=10, choices=AnswerKind.choices)
    at = models.DateTimeField("le")
    by_id = models.UUIDField(null=True)
    by_name = models.CharField("par", max_length=200)
    ends_at = models.DateTimeField("départ", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id", "line"], name="reviews_reviewanswer_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.line_id}"
