"""Reads of reviews: campaigns and their progress, the lines of a site, and what waits for somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from identities.assignments.queries import Todo
from identities.assignments.rules import OPEN_STATES
from identities.reviews.models import AnswerKind, Campaign, ReviewAnswer, ReviewLine, Schedule, SiteReview
from identities.reviews.rules import is_late
from identities.reviews.states import CampaignState, ReviewState
from portal.foundation.clock import today

_UNANSWERED = Q(answers=None)
_STILL_HERE = Q(assignment__state__in=OPEN_STATES)


@dataclass(frozen=True)
class Progress:
    """Lines of one review, by what became of them; `left` counts departures that nobody wrote down here yet."""

    total: int = 0
    confirmed: int = 0
    ended: int = 0
    left: int = 0
    waiting: int = 0

    @property
    def answered(self) -> int:
        return self.total - self.waiting

    @property
    def gone(self) -> int:
        return self.ended + self.left


@dataclass(frozen=True)
class SiteProgress:
    """One site of a campaign, with its figures."""

    review: SiteReview
    name: str
    progress: Progress


def schedule_of_group() -> Schedule | None:
    """The yearly setting; None when it was never set."""
    return Schedule.objects.first()


def campaigns_of_group() -> QuerySet[Campaign]:
    """Every campaign with a site that the current door sees, the latest first."""
    seen = SiteReview.objects.filter(group_id=OuterRef("group_id"), campaign_id=OuterRef("pk"))
    return Campaign.objects.filter(Exists(seen)).order_by("-started_at")


def open_campaign() -> Campaign | None:
    """The campaign under way."""
    return Campaign.objects.filter(state=CampaignState.OPEN).first()


def last_started() -> Campaign | None:
    """The latest one, open or not."""
    return Campaign.objects.order_by("-started_at").first()


def progress_by_review(reviews: QuerySet[SiteReview]) -> dict[UUID, Progress]:
    """Figures of those reviews in one statement; a review without any line has none here."""
    names = [one.name for one in fields(Progress)]
    rows = ReviewLine.objects.filter(review__in=reviews).order_by().values("review_id").annotate(**_counts())
    return {review_id: Progress(*counts) for review_id, *counts in rows.values_list("review_id", *names)}


def _counts() -> dict[str, Count]:
    return {
        "total": Count("id"),
        "confirmed": Count("id", filter=Q(answers__kind=AnswerKind.CONFIRMED)),
        "ended": Count("id", filter=Q(answers__kind=AnswerKind.ENDED)),
        "left": Count("id", filter=Q(answers__kind=AnswerKind.LEFT) | (_UNANSWERED & ~_STILL_HERE)),
        "waiting": Count("id", filter=_UNANSWERED & _STILL_HERE),
    }


def sites_of(campaign: Campaign) -> list[SiteProgress]:
    """The sites of a campaign that the current door sees, by name: two statements."""
    reviews = SiteReview.objects.filter(campaign=campaign)
    figures = progress_by_review(reviews)
    rows = reviews.select_related("establishment").order_by(
        "establishment__search_key", "establishment__finess"
    )
    return [SiteProgress(one, one.establishment.name, figures.get(one.pk, Progress())) for one in rows]


def reviews_at(establishment_id: UUID) -> QuerySet[SiteReview]:
    """Those of a site, the latest first."""
    rows = SiteReview.objects.filter(establishment_id=establishment_id).select_related("campaign")
    return rows.order_by("-campaign__started_at")


def review_at(establishment_id: UUID, review_id: UUID) -> SiteReview | None:
    """One review of that site with its campaign; None when the current door does not see it."""
    rows = reviews_at(establishment_id).select_related("establishment")
    return rows.filter(pk=review_id).first()


def waiting_lines(review: SiteReview) -> QuerySet[ReviewLine]:
    """Lines that nobody answered and whose affectation is still open, by name."""
    return ReviewLine.objects.filter(_UNANSWERED, _STILL_HERE, review=review).order_by("rank", "id")


def gone_lines(reviews: QuerySet[SiteReview]) -> QuerySet[ReviewLine]:
    """Lines that nobody answered and whose affectation is over: these people left the list by themselves."""
    rows = ReviewLine.objects.filter(_UNANSWERED, ~_STILL_HERE, review__in=reviews)
    return rows.select_related("assignment", "review__establishment").order_by("review_id", "rank", "id")


def line_of(review: SiteReview, line_id: UUID) -> ReviewLine | None:
    """One line of a review with its affectation; None when it is not one of its lines."""
    rows = ReviewLine.objects.filter(review=review, pk=line_id)
    related = ("assignment__person", "assignment__function", "assignment__establishment", "assignment__unit")
    return rows.select_related(*related).first()


def answered_lines(lines: QuerySet[ReviewLine]) -> QuerySet[ReviewLine]:
    """Those lines with what became of them (`kind`, `answered_at`, `answered_by`, `left_at`), by name."""
    answer = ReviewAnswer.objects.filter(group_id=OuterRef("group_id"), line_id=OuterRef("pk"))
    named: dict[str, Any] = {
        "kind": Subquery(answer.values("kind")),
        "answered_at": Subquery(answer.values("at")),
        "answered_by": Subquery(answer.values("by_name")),
        "left_at": Subquery(answer.values("ends_at")),
        "now_state": F("assignment__state"),
        "now_ends_at": F("assignment__ends_at"),
    }
    return lines.annotate(**named).order_by("review__establishment__search_key", "rank", "id")


def lines_of_review(review: SiteReview) -> QuerySet[ReviewLine]:
    """Every line of a site's review with its answer: the proof."""
    return answered_lines(ReviewLine.objects.filter(review=review).select_related("review__establishment"))


def settled_lines(review: SiteReview) -> QuerySet[ReviewLine]:
    """Lines of a review that wait for nobody any more."""
    return lines_of_review(review).exclude(pk__in=waiting_lines(review).values("pk"))


def lines_of_campaign(campaign: Campaign) -> QuerySet[ReviewLine]:
    """Every line that the current door sees, with its answer: the proof."""
    rows = ReviewLine.objects.filter(review__campaign=campaign).select_related("review__establishment")
    return answered_lines(rows)


def todo_of_review(establishment_id: UUID) -> Iterator[Todo]:
    """The line of the site's home page while its review waits: one statement."""
    rows = ReviewLine.objects.filter(
        _UNANSWERED, _STILL_HERE, establishment_id=establishment_id, review__state=ReviewState.WAITING
    )
    columns = ("review__campaign__due_on", "review__campaign__state")
    counted = rows.values_list(*columns).annotate(count=Count("id")).order_by("review__campaign__due_on")
    found = counted.first()
    if found:
        due_on, state, count = found
        severity = "danger" if is_late(Campaign(due_on=due_on, state=state)) else "warn"
        yield Todo(severity, waiting_sentence(count, due_on), "", "reviews:of_site", "Faire la revue")


def waiting_sentence(count: int, due_on: date) -> str:
    """« Revue annuelle des présents : 12 personnes à confirmer avant le 31/12/2026. »"""
    people = "une personne" if count == 1 else f"{count} personnes"
    return f"Revue annuelle des présents : {people} à confirmer avant le {due_on:%d/%m/%Y}."


def sites_waiting() -> list[tuple[UUID, int, date]]:
    """(establishment, lines that wait, deadline) of the sites that the door sees, the longest list first: one statement."""
    rows = ReviewLine.objects.filter(_UNANSWERED, _STILL_HERE, review__state=ReviewState.WAITING).order_by()
    counted = rows.values_list("establishment_id", "review__campaign__due_on").annotate(count=Count("id"))
    return sorted(((site, count, due_on) for site, due_on, count in counted), key=lambda one: -one[1])


@dataclass(frozen=True)
class LateReview:
    """A campaign whose deadline is gone by, and how many sites it waits for."""

    campaign_id: UUID
    sites: int


def late_review() -> LateReview | None:
    """None before the deadline, and once every site has finished: one statement."""
    late = Q(state=CampaignState.OPEN, due_on__lt=today(), reviews__state=ReviewState.WAITING)
    found = Campaign.objects.filter(late).values_list("pk").annotate(Count("reviews")).order_by("pk").first()
    return LateReview(*found) if found else None


def groups_to_look_at(month: int) -> list[UUID]:
    """At the clock's door: groups with an open campaign, or whose yearly month it is."""
    opened = Campaign.objects.filter(state=CampaignState.OPEN).values_list("group_id")
    planned = Schedule.objects.filter(month=month).values_list("group_id")
    return [group_id for (group_id,) in opened.union(planned)]
