"""What people report of the portal and of themselves, and what a departure or a merge makes of requests."""

from datetime import date, timedelta

import pytest

from identities.assignments.models import Assignment
from identities.duplicates.merge_operations import merge_pair, undo_merge
from identities.duplicates.models import Pair
from identities.people.models import PersonIdentifier
from identities.registrations.departure_operations import prepare_stop, withdraw_departed
from identities.registrations.hand_operations import (
    expire_request,
    mark_sent,
    note_ecps,
    settle_numbered,
    settle_refused,
)
from identities.registrations.models import RegistrationRequest, RnippDeath
from identities.registrations.operations import close_death_news, open_death_news
from portal.dispatch.models import Message
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.duplicates import pair_of
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import RegistrationRequestFactory, told_of

pytestmark = pytest.mark.django_db
ACTOR = Machine("Camille Fictif")
RPPS = "99900000011"


@pytest.fixture
def portal_request(group, door):
    """Ready, by the portal; `.sent`: entered there."""
    stay = AssignmentFactory(establishment=group.first, person__reachable=True)
    return RegistrationRequestFactory(person=stay.person, establishment=group.first, route="portal")


@pytest.fixture
def entered(portal_request):
    return mark_sent(actor=ACTOR, request_id=portal_request.pk)


class TestThePortal:
    def test_what_is_entered_is_frozen(self, entered):
        assert entered.state == "sent"
        assert entered.payload["lastName"] == entered.person.birth_name
        with pytest.raises(DomainError):
            mark_sent(actor=ACTOR, request_id=entered.pk)

    def test_the_number_becomes_the_person_s(self, entered):
        found = settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())
        assert (found.state, found.rpps_numbers, found.numbered_on) == ("done", [RPPS], today())
        assert PersonIdentifier.objects.get(person=found.person, kind="rpps").value == RPPS
        assert Message.objects.filter(kind="registration.settled").count() == 1
        with pytest.raises(DomainError):
            settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())

    @pytest.mark.parametrize(
        ("rpps", "on"), [("99900000012", today()), ("123", today()), (RPPS, today() + timedelta(days=2))]
    )
    def test_a_wrong_number_or_day_changes_nothing(self, entered, settings, rpps, on):
        settings.RPPS_CHECKSUM_STRICT = True
        with pytest.raises(DomainError):
            settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=rpps, on=on)
        entered.refresh_from_db()
        assert entered.state == "sent"

    def test_a_number_of_somebody_else_is_refused_and_both_are_proposed_as_one(self, entered):
        PersonIdentifierFactory(kind="rpps", value=RPPS)
        with pytest.raises(DomainError, match="held by another"):
            settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())
        assert Pair.objects.count() == 1

    def test_a_site_is_refused_without_hearing_of_the_other(self, group, entered):
        PersonIdentifierFactory(kind="rpps", value=RPPS)
        with tenant(group.id, [group.first.pk]), pytest.raises(DomainError, match="held by another"):
            settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())

    def test_a_second_number_on_one_record_is_refused(self, entered):
        PersonIdentifierFactory(person=entered.person, kind="rpps", value="99900000029")
        with pytest.raises(DomainError, match="Another number"):
            settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())

    def test_a_refusal_ends_it_with_its_reason(self, entered):
        found = settle_refused(actor=ACTOR, request_id=entered.pk, reason=" Déjà  enregistrée ")
        assert (found.state, found.reason) == ("refused", "Déjà enregistrée")

    def test_a_day_of_e_cps_is_after_the_number(self, entered):
        settle_numbered(actor=ACTOR, request_id=entered.pk, rpps=RPPS, on=today())
        for day in (today() - timedelta(days=1), today() + timedelta(days=1)):
            with pytest.raises(DomainError):
                note_ecps(actor=ACTOR, request_id=entered.pk, on=day)
        note_ecps(actor=ACTOR, request_id=entered.pk, on=today())
        entered.refresh_from_db()
        assert entered.ecps_on == today()

    def test_no_e_cps_without_a_number(self, entered):
        with pytest.raises(DomainError, match="No number"):
            note_ecps(actor=ACTOR, request_id=entered.pk, on=today())

    def test_nobody_confirmed_in_time(self, entered):
        expire_request(actor=ACTOR, request_id=entered.pk)
        entered.refresh_from_db()
        assert entered.state == "expired"

    def test_what_api_psi_sends_is_not_settled_by_hand(self, group, door):
        request = RegistrationRequestFactory(establishment=group.first, state="sent")
        with pytest.raises(DomainError):
            settle_numbered(actor=ACTOR, request_id=request.pk, rpps=RPPS, on=today())


class TestADeparture:
    def test_takes_back_what_has_not_left(self, group, door):
        stay = AssignmentFactory(establishment=group.first, person__reachable=True)
        values = {"person": stay.person, "establishment": group.first, "assignment": stay}
        waiting = RegistrationRequestFactory(**values)
        sent = RegistrationRequestFactory(**values, route="portal", state="sent")
        by_themself = RegistrationRequestFactory(**values, route="self")
        RegistrationRequest.objects.filter(pk=by_themself.pk).update(state="draft")
        Assignment.objects.filter(pk=stay.pk).update(state="ended", end_reason="scheduled", ends_at=now())
        assert [withdraw_departed(actor=ACTOR, assignment_ids=[stay.pk]) for _ in range(2)] == [2, 0]
        states = dict(RegistrationRequest.objects.values_list("pk", "state"))
        assert [states[one.pk] for one in (waiting, sent, by_themself)] == ["withdrawn", "sent", "withdrawn"]

    def test_an_end_of_activity_is_prepared_once_and_stays(self, group, door):
        stay = AssignmentFactory(establishment=group.first, person__reachable=True, ended=True)
        PersonIdentifierFactory(person=stay.person, kind="rpps", value=RPPS)
        asked = {"actor": ACTOR, "assignment_id": stay.pk, "ends_on": today(), "end_reason": "CHL"}
        request = prepare_stop(**asked)
        assert (request.state, request.ends_on, request.end_reason) == ("ready", today(), "CHL")
        assert withdraw_departed(actor=ACTOR, assignment_ids=[stay.pk]) == 0
        with pytest.raises(DomainError, match="One is open"):
            prepare_stop(**asked)

    @pytest.mark.parametrize("change", [{"end_reason": "ZZZ"}, {"ends_on": date(1990, 1, 1)}])
    def test_a_reason_out_of_the_list_or_a_day_before_any_stay_is_refused(self, group, door, change):
        stay = AssignmentFactory(establishment=group.first, ended=True)
        asked = {"ends_on": today(), "end_reason": "AUT"} | change
        with pytest.raises(DomainError):
            prepare_stop(actor=ACTOR, assignment_id=stay.pk, **asked)

    def test_the_end_is_of_what_was_left_whatever_began_since(self, group, door):
        left = AssignmentFactory(establishment=group.first, person__reachable=True, ended=True)
        PersonIdentifierFactory(person=left.person, kind="rpps", value=RPPS)
        AssignmentFactory(person=left.person, establishment=group.first, function_id="G15-60")  # a nurse now
        request = prepare_stop(actor=ACTOR, assignment_id=left.pk, ends_on=today(), end_reason="AUT")
        assert (request.function_id, request.assignment_id) == (left.function_id, left.pk)


class TestAMerge:
    def test_carries_requests_and_leaves_a_second_open_one_by_the_same_route(self, group, door):
        one, two = PersonFactory(reachable=True), PersonFactory(reachable=True)
        kept = RegistrationRequestFactory(person=one, establishment=group.first)
        second = RegistrationRequestFactory(person=two, establishment=group.first, state="correction")
        past = RegistrationRequestFactory(person=two, establishment=group.first, state="done")
        pair = pair_of(one, two)
        merge = merge_pair(actor=ACTOR, pair=pair, kept_id=one.pk)

        def held():
            return dict(RegistrationRequest.objects.values_list("pk", "person_id"))

        assert held() == {kept.pk: one.pk, second.pk: two.pk, past.pk: one.pk}
        undo_merge(actor=ACTOR, merge=merge, reason="Deux personnes")
        assert held()[past.pk] == two.pk


class TestNewsOfADeath:
    def test_opening_it_leaves_a_line_without_it(self, group, door):
        request = RegistrationRequestFactory(establishment=group.first, state="correction")
        told_of(request, "Nom")
        assert open_death_news(actor=ACTOR, request_id=request.pk).date == "2026-01-02"
        [line] = Line.objects.filter(act="registration_death_opened")
        assert "2026-01-02" not in str(vars(line))

    def test_dealt_with_nothing_is_kept(self, group, door):
        request = RegistrationRequestFactory(establishment=group.first, state="correction")
        told_of(request, "Nom")
        for _ in range(2):
            close_death_news(actor=ACTOR, request_id=request.pk)
        assert not RnippDeath.objects.exists()
        assert open_death_news(actor=ACTOR, request_id=request.pk) is None
        assert Line.objects.filter(act="registration_death_closed").count() == 1
