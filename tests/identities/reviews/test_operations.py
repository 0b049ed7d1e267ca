"""Starting a review, answering it, closing it: what is written, once."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from identities.assignments.models import Assignment
from identities.assignments.operations import end_assignment
from identities.reviews.models import Campaign, ReviewAnswer, ReviewLine, SiteReview
from identities.reviews.operations import (
    close_campaign,
    confirm_lines,
    end_line,
    note_departures,
    record_review_export,
    set_schedule,
    start_campaign,
)
from identities.reviews.queries import line_of, sites_of, waiting_lines
from identities.reviews.rules import is_due
from identities.reviews.tasks import nightly, nightly_of_group
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.reviews import CampaignFactory

ANNE = Machine("Anne Référente")
MONTH = timedelta(days=30)


@pytest.fixture
def crew(door, group):
    """Three people present at the first site, one to come, one gone."""
    AssignmentFactory(establishment=group.first, planned=True)
    AssignmentFactory(establishment=group.first, ended=True)
    return AssignmentFactory.create_batch(3, establishment=group.first)


@pytest.fixture
def campaign(crew):
    return start_campaign(actor=ANNE, due_on=today() + MONTH)


@pytest.fixture
def review(campaign, group):
    return SiteReview.objects.select_related("campaign").get(establishment=group.first)


def ids(review, count=None):
    return [one.pk for one in waiting_lines(review)[:count]]


def acts(code):
    return Line.objects.filter(act=code).count()


def test_freezes_who_is_present_and_nobody_else(review, crew, group):
    assert set(review.lines.values_list("assignment_id", flat=True)) == {one.pk for one in crew}
    assert list(review.lines.order_by("rank").values_list("person_name", flat=True)) == sorted(
        one.person.display_name for one in crew
    )
    AssignmentFactory(establishment=group.first)
    assert waiting_lines(review).count() == 3
    assert "2 établissements, 3 présences" in Line.objects.get(act="review.started").sentence


def test_a_site_where_nobody_is_present_is_done_at_once(campaign, group):
    assert SiteReview.objects.get(establishment=group.second).state == "done"


def test_only_one_campaign_is_open(campaign):
    with pytest.raises(DomainError, match="Another campaign"):
        start_campaign(actor=ANNE, due_on=today() + MONTH)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("days", [0, -1, 181])
def test_refuses_a_deadline_that_is_not_to_come_or_too_far(crew, days):
    with pytest.raises(DomainError) as caught:
        start_campaign(actor=ANNE, due_on=today() + timedelta(days=days))
    assert caught.value.field == "due_on"


def test_confirms_what_was_ticked_once(review):
    ticked = ids(review, 2)
    assert confirm_lines(actor=ANNE, review=review, line_ids=ticked) == 2
    assert confirm_lines(actor=Machine("Benoît"), review=review, line_ids=ticked) == 0
    assert set(ReviewAnswer.objects.values_list("by_name", flat=True)) == {"Anne Référente"}
    assert acts("review.confirmed") == ReviewAnswer.objects.count() == 2


def test_refuses_to_confirm_nobody(review):
    with pytest.raises(DomainError, match="Nothing ticked"):
        confirm_lines(actor=ANNE, review=review, line_ids=[])


def test_is_done_with_its_last_answer(review):
    confirm_lines(actor=ANNE, review=review, line_ids=ids(review))
    review.refresh_from_db()
    assert (review.state, review.finished_by_name) == ("done", "Anne Référente")
    with pytest.raises(DomainError, match="Done"):
        confirm_lines(actor=ANNE, review=review, line_ids=list(review.lines.values_list("pk", flat=True)))
    assert acts("review.finished") == 2  # the empty site too


def test_a_departure_is_an_ordinary_one_and_answers_the_line(review):
    line = line_of(review, ids(review)[0])
    at = now() + timedelta(days=3)
    end_line(actor=ANNE, review=review, line=line, reason="resignation", at=at)
    stay = Assignment.objects.get(pk=line.assignment_id)
    assert (stay.state, stay.ends_at, stay.end_reason) == ("running", at, "resignation")
    answer = ReviewAnswer.objects.get()
    assert (answer.kind, answer.ends_at, answer.by_name) == ("ended", at, "Anne Référente")
    with pytest.raises(DomainError, match="Answered already"):
        end_line(actor=ANNE, review=review, line=line, reason="resignation", at=at)


def test_a_refused_departure_answers_nothing(review):
    line = line_of(review, ids(review)[0])
    with pytest.raises(DomainError):
        end_line(actor=ANNE, review=review, line=line, reason="early", at=now() - MONTH)
    assert not ReviewAnswer.objects.exists()


def test_who_left_by_themselves_is_not_asked_about(review, crew, campaign):
    end_assignment(actor=ANNE, assignment=crew[0], reason="early")
    progress = {one.review.pk: one.progress for one in sites_of(campaign)}[review.pk]
    assert (progress.total, progress.left, progress.waiting, progress.gone) == (3, 1, 2, 1)
    assert note_departures(actor=ANNE) == 1
    assert note_departures(actor=ANNE) == 0
    answer = ReviewAnswer.objects.get()
    assert (answer.kind, answer.ends_at) == ("left", crew[0].ends_at)
    assert acts("review.left") == 1


def test_the_last_answer_notes_those_who_left(review, crew):
    end_assignment(actor=ANNE, assignment=crew[0], reason="early")
    confirm_lines(actor=ANNE, review=review, line_ids=ids(review))
    review.refresh_from_db()
    assert review.state == "done"
    assert sorted(ReviewAnswer.objects.values_list("kind", flat=True)) == ["confirmed", "confirmed", "left"]


def test_a_closed_campaign_keeps_what_was_not_answered(review, campaign):
    confirm_lines(actor=ANNE, review=review, line_ids=ids(review, 1))
    close_campaign(actor=ANNE, campaign=campaign)
    close_campaign(actor=ANNE, campaign=campaign)
    review.refresh_from_db()
    assert review.state == "unfinished"
    assert acts("review.closed") == 1
    with pytest.raises(DomainError, match="Closed"):
        confirm_lines(actor=ANNE, review=review, line_ids=ids(review))


def test_lines_of_another_site_are_left_aside(door, group):
    AssignmentFactory(establishment=group.first)
    there = AssignmentFactory(establishment=group.second)
    start_campaign(actor=ANNE, due_on=today() + MONTH)
    here = SiteReview.objects.get(establishment=group.first)
    foreign = ReviewLine.objects.get(assignment=there)
    assert confirm_lines(actor=ANNE, review=here, line_ids=[foreign.pk]) == 0
    assert line_of(here, foreign.pk) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE reviews_{} SET establishment_id = NULL", "DELETE FROM reviews_{}"]
)
@pytest.mark.parametrize("table", ["reviewanswer", "reviewline"])
def test_the_proof_only_grows(review, statement, table):
    confirm_lines(actor=ANNE, review=review, line_ids=ids(review))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_an_export_leaves_its_line(campaign):
    record_review_export(actor=ANNE, campaign=campaign, establishment_id=None, count=3, what="CSV")
    assert "exporté 3 lignes" in Line.objects.get(act="review.exported").sentence


def test_the_schedule_is_said_once(door):
    for _ in range(2):
        set_schedule(actor=ANNE, month=11, days_to_answer=20)
    assert "chaque année en novembre" in Line.objects.get(act="review.scheduled").sentence
    for month, days in ((13, 20), (None, 0)):
        with pytest.raises(DomainError):
            set_schedule(actor=ANNE, month=month, days_to_answer=days)


def test_begins_by_itself_in_its_month_unless_one_is_recent(crew, group):
    schedule = set_schedule(actor=ANNE, month=today().month, days_to_answer=20)
    assert not is_due(schedule, now() - timedelta(days=100), today())
    assert not is_due(schedule, None, today() + timedelta(days=40))
    old = CampaignFactory(started_at=now() - timedelta(days=300))
    for _ in range(2):
        nightly_of_group(group_id=str(group.id))
    old.refresh_from_db()
    assert (old.state, Campaign.objects.filter(state="open").get().due_on) == (
        "closed",
        today() + timedelta(days=20),
    )
    assert Campaign.objects.count() == 2


def test_the_night_looks_at_groups_with_something_to_do(group, monkeypatch):
    rung = []
    monkeypatch.setattr(nightly_of_group, "apply_async", lambda kwargs: rung.append(kwargs["group_id"]))
    assert nightly() == 0
    with tenant(group.id):
        CampaignFactory()
    assert nightly() == 1
    assert rung == [str(group.id)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["confirm", "end"])
def test_of_two_managers_at_once_one_answers(group, second):
    with tenant(group.id):
        AssignmentFactory.create_batch(2, establishment=group.first)
        start_campaign(actor=ANNE, due_on=today() + MONTH)
        review = SiteReview.objects.get(establishment=group.first)
        wanted = ids(review, 1)

    def act(name):
        try:
            with tenant(group.id):
                line = line_of(review, wanted[0])
                time.sleep(0.1)  # both have read the list before either answers
                if name == "confirm":
                    confirm_lines(actor=ANNE, review=review, line_ids=wanted)
                else:
                    end_line(actor=ANNE, review=review, line=line, reason="early")
        except DomainError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=act, args=[name]) for name in ("confirm", second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with tenant(group.id):
        answer = ReviewAnswer.objects.get()
        assert Line.objects.filter(act__in=["review.confirmed", "review.ended"]).count() == 1
        stay = Assignment.objects.get(pk=answer.line.assignment_id)
        assert (answer.kind == "ended") == (stay.state == "ended")
