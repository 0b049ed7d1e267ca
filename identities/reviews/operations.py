"""The yearly review of who is still here: starting it, answering its lines, closing it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.assignments.models import Assignment
from identities.assignments.operations import end_assignment
from identities.assignments.states import AssignmentState
from identities.reviews.models import AnswerKind, Campaign, ReviewAnswer, ReviewLine, Schedule, SiteReview
from identities.reviews.queries import gone_lines, waiting_lines
from identities.reviews.rules import check_due_on, check_open, check_schedule
from identities.reviews.states import CAMPAIGN_TRANSITIONS, REVIEW_TRANSITIONS, CampaignState, ReviewState
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all
from portal.journal.operations import Act, Actor, Entry, record, record_set
from tenants.groups.queries import establishment_names, open_places

SCHEDULED = Act("review.scheduled", "{actor} a réglé la revue annuelle des présents : {when}.")
STARTED = Act(
    "review.started",
    "{actor} a lancé la revue annuelle des présents : {sites}, {lines}, à terminer le {due}.",
)
CONFIRMED = Act("review.confirmed", "{actor} a confirmé que {person} travaille toujours à « {site} ».")
ENDED = Act(
    "review.ended",
    "{actor} a signalé, dans la revue des présents, que {person} ne travaille plus à « {site} ».",
)
LEFT = Act("review.left", "{actor} a noté, dans la revue des présents de « {site} », le départ de {person}.")
FINISHED = Act("review.finished", "{actor} a terminé la revue des présents de « {site} ».")
CLOSED = Act("review.closed", "{actor} a clos la revue annuelle des présents : {unfinished}.")
EXPORTED = Act("review.exported", "{actor} a exporté {lines} de la revue des présents ({what}).")


def set_schedule(*, actor: Actor, month: int | None, days_to_answer: int) -> Schedule:
    """Says in which month of each year the review begins by itself (None: never). Refuses (DomainError) as the rule does."""
    check_schedule(month, days_to_answer)
    Schedule.objects.get_or_create()
    found = Schedule.objects.select_for_update().get()
    before = {"month": found.month, "days_to_answer": found.days_to_answer}
    after = {"month": month, "days_to_answer": days_to_answer}
    if after != before:
        found.month, found.days_to_answer = month, days_to_answer
        found.save(update_fields=["month", "days_to_answer"])
        when = f"chaque année en {found.get_month_display()}" if month else "seulement à la demande"
        record(
            actor, SCHEDULED, object_kind="review_schedule", object_id=found.pk, before=before, after=after, when=when
        )  # fmt: skip
    return found


def start_campaign(*, actor: Actor, due_on: date) -> Campaign:
    """Opens the review of every open establishment, and freezes who is present at each: the door is the whole group's.

    Refuses (DomainError): a deadline that is not to come, a group without open establishment, another campaign still open.
    """
    check_due_on(due_on)
    places = open_places()
    if not places:
        french = "Aucun établissement n'est ouvert : il n'y a personne à revoir."
        raise DomainError("No open establishment", french)
    campaign = Campaign(
        started_at=now(), started_by=actor.actor_id, started_by_name=actor.actor_name, due_on=due_on
    )
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError as error:
        french = "Une revue est déjà en cours : terminez-la ou fermez-la avant d'en lancer une autre."
        raise DomainError("Another campaign is open", french) from error
    reviews = {one.id: SiteReview(campaign=campaign, establishment_id=one.id) for one in places}
    insert_all(list(reviews.values()))
    lines = _frozen(reviews)
    insert_all(lines)
    held = {one.review_id for one in lines}
    _finish(actor, [one for one in reviews.values() if one.pk not in held])  # nobody to confirm there
    record(
        actor, STARTED, object_kind="review_campaign", object_id=campaign.pk, due=f"{due_on:%d/%m/%Y}",
        sites=_counted(len(reviews), "établissement"), lines=_counted(len(lines), "présence"),
    )  # fmt: skip
    return campaign


def _frozen(reviews: dict[UUID, SiteReview]) -> list[ReviewLine]:
    """One line per affectation that runs at those sites, by name."""
    rows = Assignment.objects.filter(state=AssignmentState.RUNNING, establishment_id__in=reviews)
    named = rows.select_related("person", "function", "unit").order_by(
        "establishment_id", "person__name_key", "id"
    )
    return [
        ReviewLine(
            review=reviews[one.establishment_id],
            establishment_id=one.establishment_id,
            assignment=one,
            rank=rank,
            person_name=one.person.display_name,
            function_label=one.function.label,
            unit_name=one.unit.name if one.unit else "",
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for rank, one in enumerate(named)
    ]


def confirm_lines(*, actor: Actor, review: SiteReview, line_ids: Collection[UUID]) -> int:
    """Confirms that these people still work here; says how many were not answered yet.

    Lines of another review, or answered meanwhile, are left aside. Refuses (DomainError) a review finished or closed, and no
    line at all.
    """
    if not line_ids:
        french = "Cochez d'abord les personnes dont vous êtes sûr qu'elles travaillent encore ici."
        raise DomainError("Nothing ticked", french)
    held = _held(review)
    check_open(held)
    lines = list(waiting_lines(held).filter(pk__in=line_ids).select_related("assignment"))
    _answer(actor, lines, AnswerKind.CONFIRMED)
    _say(actor, CONFIRMED, held, lines)
    _finish_if_complete(actor, held)
    return len(lines)


def end_line(
    *, actor: Actor, review: SiteReview, line: ReviewLine, reason: str, at: datetime | None = None
) -> Assignment:
    """Ends the affectation of a line now or at a moment to come, as any departure, and answers the line with it.

    Refuses (DomainError) a review finished or closed, a line answered already, and what `end_assignment` refuses.
    """
    held = _held(review)
    check_open(held)
    if not waiting_lines(held).filter(pk=line.pk).exists():
        raise DomainError("Answered already", "Une réponse a déjà été donnée pour cette personne.")
    with transaction.atomic():
        stay = end_assignment(actor=actor, assignment=line.assignment, reason=reason, at=at)
        _answer(actor, [line], AnswerKind.ENDED)
        _say(actor, ENDED, held, [line])
        _finish_if_complete(actor, held)
    return stay


def note_departures(*, actor: Actor) -> int:
    """Writes down those who left the open reviews by themselves, and finishes the reviews that wait for nobody.

    Says how many departures. Sent again, finds nothing more.
    """
    opened = SiteReview.objects.filter(state=ReviewState.WAITING)
    held = list(opened.select_for_update(of=("self",)).select_related("establishment").order_by("pk"))
    lines = list(gone_lines(opened))
    _answer(actor, lines, AnswerKind.LEFT)
    for review in held:
        _say(actor, LEFT, review, [one for one in lines if one.review_id == review.pk])
    waiting = set(
        ReviewLine.objects.filter(review__in=held, answers=None).values_list("review_id", flat=True)
    )
    _finish(actor, [one for one in held if one.pk not in waiting])
    return len(lines)


def close_campaign(*, actor: Actor, campaign: Campaign) -> None:
    """Closes a campaign; reviews that are not complete stay « non terminée ». A second time changes nothing."""
    note_departures(actor=actor)
    moment = now()
    rows = Campaign.objects.filter(pk=campaign.pk)
    if not CAMPAIGN_TRANSITIONS.move(
        rows, CampaignState.CLOSED, closed_at=moment, closed_by_name=actor.actor_name
    ):
        return
    campaign.state, campaign.closed_at = CampaignState.CLOSED, moment
    left = REVIEW_TRANSITIONS.move(
        SiteReview.objects.filter(campaign=campaign), ReviewState.UNFINISHED, finished_at=moment
    )
    said = (
        f"{_counted(left, 'revue')} non terminée{'s' * (left > 1)}"
        if left
        else "toutes les revues sont terminées"
    )
    record(actor, CLOSED, object_kind="review_campaign", object_id=campaign.pk, unfinished=said)


def record_review_export(
    *, actor: Actor, campaign: Campaign, establishment_id: UUID | None, count: int, what: str
) -> None:
    """Leaves the line of an exported proof: how many rows, and of what, in French."""
    record(
        actor, EXPORTED, object_kind="review_campaign", object_id=campaign.pk, establishment_id=establishment_id,
        lines=_counted(count, "ligne"), what=what,
    )  # fmt: skip


def _held(review: SiteReview) -> SiteReview:
    """Locked until the end of the transaction: of two people at once, the second finds what the first answered."""
    rows = SiteReview.objects.select_for_update(of=("self",)).select_related("establishment")
    return rows.get(pk=review.pk)


def _answer(actor: Actor, lines: Iterable[ReviewLine], kind: AnswerKind) -> None:
    moment = now()
    insert_all(
        [
            ReviewAnswer(
                line=one,
                establishment_id=one.establishment_id,
                kind=kind,
                at=moment,
                by_id=actor.actor_id,
                by_name=actor.actor_name,
                ends_at=None if kind == AnswerKind.CONFIRMED else one.assignment.ends_at,
            )
            for one in lines
        ]
    )


def _say(actor: Actor, act: Act, review: SiteReview, lines: Iterable[ReviewLine]) -> None:
    """In the history of each person."""
    site = review.establishment.name
    entries = [
        Entry(
            "person",
            one.assignment.person_id,
            {"person": one.person_name, "site": site},
            one.establishment_id,
        )
        for one in lines
    ]
    record_set(actor, act, entries)


def _finish_if_complete(actor: Actor, review: SiteReview) -> None:
    if not waiting_lines(review).exists():
        gone = list(gone_lines(SiteReview.objects.filter(pk=review.pk)))
        _answer(actor, gone, AnswerKind.LEFT)
        _say(actor, LEFT, review, gone)
        _finish(actor, [review])


def _finish(actor: Actor, reviews: Collection[SiteReview]) -> None:
    values = {"finished_at": now(), "finished_by_name": actor.actor_name}
    if not reviews:
        return
    rows = SiteReview.objects.filter(pk__in=[one.pk for one in reviews])
    REVIEW_TRANSITIONS.move(rows, ReviewState.DONE, **values)
    names = establishment_names(one.establishment_id for one in reviews)
    entries = [
        Entry("site_review", one.pk, {"site": names[one.establishment_id]}, one.establishment_id)
        for one in reviews
    ]
    record_set(actor, FINISHED, entries)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count > 1)}"
