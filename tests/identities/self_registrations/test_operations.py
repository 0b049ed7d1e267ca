"""The establishment invites, sends again, withdraws, declares; each act once, each refusal in French."""

from datetime import timedelta

import pytest
from django.db.models import Q

from identities.duplicates.models import Pair
from identities.registrations.models import RegistrationRequest
from identities.registrations.set_operations import prepare_requests
from identities.self_registrations.confirmation_operations import (
    confirm_numbered,
    expire_late,
    note_confirmations,
    prepare_confirmation,
)
from identities.self_registrations.models import PersonalLink, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, invite, new_link, withdraw
from identities.self_registrations.queries import (
    gauge,
    gauge_by_site,
    lapsed,
    people_to_invite,
    reminders,
    to_invite_by_site,
)
from portal.dispatch.models import Message
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonIdentifierFactory
from tests.identities.self_registrations.conftest import SITE

NUMBER = "81012345672"


def fresh(path):
    return SelfRegistration.objects.select_related("person", "request", "confirming_request").get(pk=path.pk)


class TestInviting:
    def test_several_at_once_in_a_bounded_number_of_statements(self, group, django_assert_max_num_queries):
        with tenant(group.id):
            few = [
                AssignmentFactory(establishment=group.first, person__email=f"a{n}@x.example")
                for n in range(3)
            ]
            with django_assert_max_num_queries(30):
                done = invite(
                    actor=SITE, person_ids=[one.person_id for one in few], channel="email",
                    establishment_id=group.first.pk,
                )  # fmt: skip
            assert len(done.paths) == 3
            assert done.refused == []
            assert PersonalLink.objects.filter(token_hash="").count() == 3
            assert {one.route for one in RegistrationRequest.objects.all()} == {"self"}
            assert Line.objects.filter(act="self_registration_invited").count() == 3

    def test_the_outbox_holds_ids_only(self, group, invited, django_capture_on_commit_callbacks):
        invited("email")
        with tenant(group.id):
            payload = Message.objects.get(kind="mail").payload
        assert payload["template"] == "self_registration"
        assert set(payload) == {"template", "context"}
        assert set(payload["context"]) == {"link_id"}

    def test_somebody_invited_already_is_left_aside(self, group, invited, stay):
        invited()
        with tenant(group.id):
            done = invite(
                actor=SITE, person_ids=[stay.person_id], channel="sms", establishment_id=group.first.pk
            )
            assert done.paths == []
            assert "déjà invité" in done.refused[0]
            assert SelfRegistration.objects.count() == 1

    def test_nobody_without_the_contact_or_under_an_ordre(self, group, door):
        silent = AssignmentFactory(establishment=group.first, person__email="")
        nurse = AssignmentFactory(
            establishment=group.first, function_id="G15-60", person__email="b@x.example"
        )
        done = invite(
            actor=SITE, person_ids=[silent.person_id, nurse.person_id], channel="email",
            establishment_id=group.first.pk,
        )  # fmt: skip
        assert done.paths == []
        assert len(done.refused) == 2
        assert "aucun courriel" in done.refused[0]

    def test_a_request_prepared_at_the_desk_is_the_one_that_goes_on(self, group, stay, door):
        prepared = prepare_requests(actor=SITE, person_ids=[stay.person_id], route="self").created[0]
        assert to_invite_by_site() == {group.first.pk: 1}
        assert [one.pk for one in people_to_invite(group.first.pk)] == [stay.person_id]
        done = invite(actor=SITE, person_ids=[stay.person_id], channel="sms", establishment_id=group.first.pk)
        assert done.refused == []
        assert done.paths[0].request_id == prepared.pk
        assert people_to_invite(group.first.pk) == []
        assert to_invite_by_site() == {}

    def test_a_new_link_shuts_the_former(self, group, invited):
        path, former = invited()
        with tenant(group.id):
            new_link(actor=SITE, path=path, channel="email")
            assert path.links.filter(revoked_at=None).count() == 1
            assert path.links.exclude(revoked_at=None).get().token_hash
        assert former

    def test_withdrawn_with_its_request(self, group, invited):
        path, _ = invited()
        with tenant(group.id):
            with pytest.raises(DomainError, match="No reason"):
                withdraw(actor=SITE, path=fresh(path), reason=" ")
            withdraw(actor=SITE, path=fresh(path), reason="Partie avant de commencer")
            assert fresh(path).state == "withdrawn"
            assert fresh(path).request.state == "withdrawn"
            with pytest.raises(DomainError):
                new_link(actor=SITE, path=path, channel="sms")


class TestThirtyDays:
    @pytest.fixture
    def declared(self, group, invited):
        def do(days_ago: int = 0):
            path, _ = invited()
            with tenant(group.id):
                declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today() - timedelta(days=days_ago))
            return path

        return do

    def test_declared_by_the_site_begins_the_delay(self, group, declared):
        path = declared(3)
        with tenant(group.id):
            found = fresh(path)
            assert (found.state, found.confirm_by) == ("declared", today() + timedelta(days=27))
            assert found.request.state == "sent"
            assert found.request.payload["lastName"] == "Abeille"

    @pytest.mark.parametrize("days", [-1, 31])
    def test_refuses_a_day_to_come_or_past_its_delay(self, group, invited, days):
        path, _ = invited()
        with tenant(group.id), pytest.raises(DomainError) as refused:
            declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today() - timedelta(days=days))
        assert refused.value.field == "enrolled_on"

    def test_a_number_typed_back_confirms(self, group, declared):
        path = declared()
        with tenant(group.id):
            confirm_numbered(actor=SITE, path=fresh(path), rpps=NUMBER, on=today())
            found = fresh(path)
            assert (found.state, found.request.state) == ("confirmed", "done")
            assert found.person.identifiers.get(kind="rpps").value
            with pytest.raises(DomainError):
                confirm_numbered(actor=SITE, path=found, rpps=NUMBER, on=today())

    def test_a_wrong_number_confirms_nothing(self, group, declared):
        path = declared()
        with tenant(group.id):
            with pytest.raises(DomainError) as refused:
                confirm_numbered(actor=SITE, path=fresh(path), rpps="12", on=today())
            assert refused.value.french
            assert fresh(path).state == "declared"

    def test_by_psi_when_its_employment_is_done_whatever_becomes_of_the_card(self, group, declared):
        path = declared()
        with tenant(group.id):
            request = prepare_confirmation(actor=SITE, path=fresh(path))
            RegistrationRequest.objects.filter(pk=request.pk).update(state="partly_done", payload={})
            assert note_confirmations(actor=SITE) == 0
            request.blocks.filter(kind="employment").update(state="done")
            assert note_confirmations(actor=SITE) == 1
            assert fresh(path).state == "confirmed"

    def test_by_psi_once_and_noted_when_it_is_done(self, group, declared):
        path = declared()
        with tenant(group.id):
            request = prepare_confirmation(actor=SITE, path=fresh(path))
            assert prepare_confirmation(actor=SITE, path=fresh(path)).pk == request.pk
            assert {one.kind for one in request.blocks.all()} == {"identity", "employment"}
            assert note_confirmations(actor=SITE) == 0
            RegistrationRequest.objects.filter(pk=request.pk).update(
                state="done", payload={}, rpps_numbers=[NUMBER], numbered_on=today()
            )
            assert note_confirmations(actor=SITE) == 1
            assert note_confirmations(actor=SITE) == 0
            found = fresh(path)
            assert (found.state, found.request.state) == ("confirmed", "done")
            assert found.request.rpps_numbers == [NUMBER]

    def test_expires_after_the_last_day_with_its_request(self, group, declared):
        path = declared(30)
        with tenant(group.id):
            assert expire_late(actor=SITE) == 0  # the last day still counts
            SelfRegistration.objects.filter(pk=path.pk).update(confirm_by=today() - timedelta(days=1))
            assert expire_late(actor=SITE) == 1
            assert expire_late(actor=SITE) == 0
            assert fresh(path).state == "expired"
            assert fresh(path).request.state == "expired"

    def test_waits_for_a_confirmation_on_its_way(self, group, declared):
        path = declared(30)
        with tenant(group.id):
            request = prepare_confirmation(actor=SITE, path=fresh(path))
            RegistrationRequest.objects.filter(pk=request.pk).update(state="sent", payload={}, sent_at=now())
            SelfRegistration.objects.filter(pk=path.pk).update(confirm_by=today() - timedelta(days=1))
            assert list(lapsed(today())) == []

    @pytest.mark.parametrize(("left", "told"), [(16, 0), (15, 1), (12, 0), (7, 1), (4, 0), (3, 1), (0, 1)])
    def test_reminded_at_fifteen_seven_and_three_days(self, group, declared, left, told):
        declared(30 - left)
        with tenant(group.id):
            assert [days for _, days, _ in reminders(today())] == [left] * told


class TestGauge:
    def test_confirmed_over_everybody_begun(self, group, invited, stay):
        path, _ = invited()
        with tenant(group.id):
            other = AssignmentFactory(establishment=group.second, person__email="c@x.example")
            invite(
                actor=SITE, person_ids=[other.person_id], channel="email", establishment_id=group.second.pk
            )
            whole = gauge(today(), today())
            assert (whole.registered, whole.waiting, whole.new, whole.percent) == (0, 0, 2, 0)
            declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today())
            confirm_numbered(actor=SITE, path=fresh(path), rpps=NUMBER, on=today())
            whole = gauge(today(), today())
            assert (whole.registered, whole.new, whole.percent, whole.is_reached) == (1, 2, 50, False)
            assert whole.missing == 1
            assert gauge_by_site(today(), today())[group.first.pk].percent == 100
            assert gauge(today(), today(), group.second.pk).percent == 0

    def test_nobody_is_not_a_success(self, door):
        assert gauge(today(), today()).is_reached is False


class TestTheConfirmation:
    @pytest.fixture
    def declared(self, group, invited):
        path, _ = invited()
        with tenant(group.id):
            declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today())
        return path

    def test_the_number_of_somebody_else_proposes_the_two_as_one(self, group, declared):
        with tenant(group.id):
            other = PersonIdentifierFactory(kind="rpps", value=NUMBER)
            with pytest.raises(DomainError):
                confirm_numbered(actor=SITE, path=fresh(declared), rpps=NUMBER, on=today())
            assert fresh(declared).state == "declared"
            assert Pair.objects.filter(Q(person=other.person) | Q(other=other.person)).exists()

    def test_a_request_prepared_at_the_desk_confirms_as_well(self, group, declared):
        with tenant(group.id):
            there = prepare_requests(actor=SITE, person_ids=[declared.person_id], route="psi").created[0]
            assert prepare_confirmation(actor=SITE, path=fresh(declared)).pk == there.pk
            RegistrationRequest.objects.filter(pk=there.pk).update(state="done", payload={})
            assert note_confirmations(actor=SITE) == 1
            assert fresh(declared).state == "confirmed"
