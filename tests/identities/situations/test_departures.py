"""Which departures leave a situation to close; the same message again; returns; the night's sweep."""

from datetime import timedelta
from uuid import uuid4

import pytest

from identities.assignments.models import Assignment
from identities.assignments.operations import end_assignment, start_assignment
from identities.situations.departures import drop_situations, open_situations, reopen_situations
from identities.situations.models import SituationToClose
from identities.situations.states import SituationState
from identities.situations.tasks import look_at_group
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonIdentifierFactory
from tests.factories.registration_settings import agency_staff_is
from tests.factories.situations import SituationFactory, registered_leaver

ACTOR = Machine("Un essai")
pytestmark = pytest.mark.django_db


def deliver_all(group) -> None:
    with tenant(group.id):
        waiting = list(Message.objects.order_by("number").values_list("pk", flat=True))
    for message_id in waiting:
        deliver(group.id, message_id)


def opened_by(stay: Assignment) -> int:
    return open_situations(assignment_ids=[stay.pk])


class TestADeparture:
    def test_of_a_registered_person_opens_one_situation_told_in_the_journal(self, group, door):
        stay = registered_leaver(group.first)
        assert opened_by(stay) == 1
        found = SituationToClose.objects.get()
        assert (found.assignment, found.state, found.function_id) == (stay, SituationState.OPEN, "R85-313")
        assert found.ended_on == stay.ends_at.date() or found.ended_on - stay.ends_at.date() == timedelta(
            days=1
        )
        line = Line.objects.get(act="situation.opened")
        assert line.object_id == stay.person_id
        assert stay.person.display_name in line.sentence

    def test_told_again_opens_nothing_more(self, group, door):
        stay = registered_leaver(group.first)
        assert [opened_by(stay), opened_by(stay), open_situations()] == [1, 0, 0]

    def test_told_by_its_message_from_the_outbox(self, group):
        with tenant(group.id):
            stay = AssignmentFactory(establishment=group.first)
            PersonIdentifierFactory(person=stay.person, kind="rpps", value="99900000011")
            end_assignment(actor=ACTOR, assignment=stay, reason="resignation")
        deliver_all(group)
        with tenant(group.id):
            assert SituationToClose.objects.get().assignment_id == stay.pk
            assert not Message.objects.exists()

    @pytest.mark.parametrize("function", ["G15-60", "R95-93"], ids=["ordre", "ARS"])
    def test_under_an_ordre_or_an_ars_opens_none(self, group, door, function):
        assert opened_by(registered_leaver(group.first, function_id=function)) == 0

    def test_of_somebody_without_national_number_opens_none(self, group, door):
        assert opened_by(AssignmentFactory(establishment=group.first, ended=True)) == 0

    def test_of_a_number_no_longer_in_force_opens_none(self, group, door):
        stay = AssignmentFactory(establishment=group.first, ended=True)
        PersonIdentifierFactory(
            person=stay.person, kind="rpps", value="99900000011", valid_to=now().date() - timedelta(days=1)
        )
        assert opened_by(stay) == 0

    def test_while_another_function_goes_on_there_opens_none(self, group, door):
        stay = registered_leaver(group.first)
        AssignmentFactory(person=stay.person, establishment=group.first, function_id="R85-328")
        assert opened_by(stay) == 0

    def test_while_they_work_at_another_site_opens_it_here(self, group, door):
        stay = registered_leaver(group.first)
        AssignmentFactory(person=stay.person, establishment=group.second)
        assert opened_by(stay) == 1

    def test_while_they_go_on_as_a_nurse_opens_it(self, group, door):
        stay = registered_leaver(group.first)
        AssignmentFactory(person=stay.person, establishment=group.first, function_id="G15-60")
        assert opened_by(stay) == 1

    @pytest.mark.parametrize("reason", ["mistake", "no_show"])
    def test_of_somebody_who_perhaps_never_came_opens_none(self, group, door, reason):
        assert opened_by(registered_leaver(group.first, end_reason=reason)) == 0

    def test_of_an_agency_employee_follows_what_the_group_chose(self, group, door):
        stay = registered_leaver(group.first, contract="temp")
        assert opened_by(stay) == 0
        agency_staff_is("here")
        assert opened_by(stay) == 1

    def test_of_the_second_of_two_functions_opens_one(self, group, door):
        first = registered_leaver(group.first, function_id="R85-328")
        second = AssignmentFactory(person=first.person, establishment=group.first, ended=True)
        assert open_situations() == 1
        assert [opened_by(first), opened_by(second)] == [0, 0]


class TestAReturn:
    def test_sets_the_situation_aside_and_says_why(self, group):
        with tenant(group.id):
            stay = registered_leaver(group.first)
            opened_by(stay)
            start_assignment(
                actor=ACTOR, person_id=stay.person_id, establishment_id=group.first.pk,
                function_code="R85-328", kind="affectation", contract="cdi", starts_at=now(),
            )  # fmt: skip
        deliver_all(group)
        with tenant(group.id):
            found = SituationToClose.objects.get()
            assert found.state == SituationState.NOT_NEEDED
            assert found.note == "La personne travaille de nouveau dans l'établissement."
            assert Line.objects.filter(act="situation.dropped").count() == 1

    def test_elsewhere_changes_nothing(self, group, door):
        stay = registered_leaver(group.first)
        opened_by(stay)
        AssignmentFactory(person=stay.person, establishment=group.second)
        assert drop_situations() == 0

    @pytest.mark.parametrize(("end_reason", "opened"), [("mistake", 1), ("no_show", 1), ("early", 0)])
    def test_that_was_a_mistake_opens_it_again_the_night_after(self, group, door, end_reason, opened):
        """« early » on an agency's contract: they did work there, and their own departure is not for the establishment."""
        stay = registered_leaver(group.first)
        opened_by(stay)
        back = AssignmentFactory(
            person=stay.person,
            establishment=group.first,
            starts_at=now() - timedelta(hours=1),
            contract="temp",
        )
        drop_situations(person_ids=[stay.person_id])
        end_assignment(actor=ACTOR, assignment=back, reason=end_reason)
        assert [opened_by(back), reopen_situations(), reopen_situations()] == [0, opened, 0]
        [found] = SituationToClose.objects.all()
        assert (found.assignment_id, found.state) == (stay.pk, "open" if opened else "not_needed")

    def test_nobody_s_own_decision_is_opened_again(self, group, door):
        SituationFactory(not_needed=True, settled_by=uuid4())
        assert reopen_situations() == 0

    def test_then_a_second_departure_opens_another_one(self, group, door):
        stay = registered_leaver(group.first)
        opened_by(stay)
        back = AssignmentFactory(
            person=stay.person, establishment=group.first, starts_at=now() - timedelta(hours=5)
        )
        drop_situations(person_ids=[stay.person_id])
        end_assignment(actor=ACTOR, assignment=back, reason="early")
        assert opened_by(back) == 1
        assert SituationToClose.objects.filter(state=SituationState.OPEN).count() == 1


class TestTheNight:
    def test_finds_who_got_a_number_after_leaving(self, group):
        with tenant(group.id):
            stay = AssignmentFactory(establishment=group.first, ended=True)
            assert opened_by(stay) == 0
            PersonIdentifierFactory(person=stay.person, kind="rpps", value="99900000011")
        assert look_at_group(group_id=str(group.id)) == 1
        assert look_at_group(group_id=str(group.id)) == 0

    def test_leaves_old_departures_alone(self, group, door):
        registered_leaver(
            group.first, starts_at=now() - timedelta(days=300), ends_at=now() - timedelta(days=90)
        )
        assert open_situations() == 0

    def test_sets_aside_what_stayed_on_a_merged_record(self, group, door):
        situation = SituationFactory()
        other = AssignmentFactory().person
        type(other).objects.filter(pk=situation.person_id).update(merged_into=other)
        assert drop_situations() == 1


def test_a_site_sees_its_own_only(group):
    with tenant(group.id):
        opened_by(registered_leaver(group.first))
    with tenant(group.id, [group.second.pk]):
        assert not SituationToClose.objects.exists()
    with tenant(group.id, [group.first.pk]):
        assert SituationToClose.objects.count() == 1
