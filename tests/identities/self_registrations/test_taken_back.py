"""Somebody who leaves, or whose request is withdrawn at the desk: nothing stays open, and nothing leads to a dead end."""

import pytest

from identities.assignments.models import Assignment
from identities.people.models import Person
from identities.registrations.departure_operations import withdraw_departed
from identities.registrations.models import RegistrationRequest
from identities.registrations.operations import withdraw_request
from identities.self_registrations.models import ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, invite, new_link, withdraw
from identities.self_registrations.queries import people_to_invite, to_invite_by_site
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.identities.self_registrations.conftest import SITE
from tests.identities.self_registrations.test_operations import fresh


@pytest.fixture
def leave_the_site(group, stay):
    """The stay ends, another begins when asked, and the outbox says so."""

    def do(**following):
        with tenant(group.id):
            Assignment.objects.filter(pk=stay.pk).update(state="ended", end_reason="scheduled", ends_at=now())
            if following:
                AssignmentFactory(establishment=group.first, person=stay.person, **following)
            return withdraw_departed(actor=SITE, assignment_ids=[stay.pk])

    return do


class TestWhoLeaves:
    def test_before_the_enrolment_the_pages_shut_at_once(self, group, opened, phone, leave_the_site):
        assert leave_the_site() == 1
        assert "retirée" in phone.get("/pre-enregistrement/etat-civil/").content.decode()
        with tenant(group.id):
            assert fresh(opened).request.state == "withdrawn"

    def test_after_it_the_thirty_days_go_on(self, group, invited, leave_the_site):
        path, _ = invited()
        with tenant(group.id):
            declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today())
        assert leave_the_site() == 0
        with tenant(group.id):
            assert (fresh(path).state, fresh(path).request.state) == ("declared", "sent")

    def test_who_works_there_again_keeps_the_link(self, group, opened, phone, leave_the_site):
        assert leave_the_site(planned=True) == 0
        assert phone.get("/pre-enregistrement/etat-civil/").status_code == 200
        with tenant(group.id):
            declare_enrolled(actor=SITE, path=fresh(opened), enrolled_on=today())
            request = RegistrationRequest.objects.select_related("assignment").get(pk=opened.request_id)
            assert (request.assignment.state, request.state) == ("planned", "sent")


class TestWithdrawnAtTheDesk:
    @pytest.fixture
    def taken_back(self, group, invited):
        path, _ = invited()
        with tenant(group.id):
            withdraw_request(actor=SITE, request_id=path.request_id, reason="Erreur")
        return path

    def test_neither_a_link_nor_a_declaration(self, group, taken_back):
        with tenant(group.id):
            with pytest.raises(DomainError) as refused:
                new_link(actor=SITE, path=fresh(taken_back), channel="sms")
            assert "Invitez" in refused.value.french
            with pytest.raises(DomainError, match="Taken back"):
                declare_enrolled(actor=SITE, path=fresh(taken_back), enrolled_on=today())
            assert fresh(taken_back).state == "invited"

    def test_invited_again_without_waiting_for_the_night(self, group, taken_back, stay):
        with tenant(group.id):
            assert to_invite_by_site() == {group.first.pk: 1}
            assert [one.pk for one in people_to_invite(group.first.pk)] == [stay.person_id]
            done = invite(
                actor=SITE, person_ids=[stay.person_id], channel="sms", establishment_id=group.first.pk
            )
            assert done.refused == []
            assert fresh(taken_back).state == "withdrawn"
            assert SelfRegistration.objects.filter(state="invited").count() == 1
            assert not PersonalLink.objects.filter(revoked_at=None).exists()

    def test_its_page_offers_nothing_more(self, client_for, manager, group, taken_back):
        address = f"/g/{group.slug}/e/{group.first.pk}/enregistrements/auto/{taken_back.pk}/"
        text = client_for(manager).get(address).content.decode()
        assert "n&#x27;ouvre plus rien" in text
        assert "Préparer le SMS" not in text


class TestAnIncompleteRequest:
    def test_is_told_before_the_thirty_days_begin(self, group, invited):
        """Else the number could never be typed back."""
        path, _ = invited()
        with tenant(group.id):
            Person.objects.filter(pk=path.person_id).update(phone="", email="")
            with pytest.raises(DomainError) as refused:
                declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today())
            assert "complétez la fiche" in refused.value.french
            assert fresh(path).state == "invited"

    def test_completed_meanwhile_is_looked_at_again(self, group, invited):
        path, _ = invited()
        with tenant(group.id):
            RegistrationRequest.objects.filter(pk=path.request_id).update(state="draft")
            declare_enrolled(actor=SITE, path=fresh(path), enrolled_on=today())
            assert (fresh(path).state, fresh(path).request.state) == ("declared", "sent")


def test_what_is_over_keeps_no_contact(group, opened, phone):
    with tenant(group.id):
        ContactCode.objects.create(
            registration=opened, establishment_id=opened.establishment_id, contact="email", value="lou@perso.example",
            code_hash="x", asked_at=now(), expires_at=now(),
        )  # fmt: skip
        withdraw(actor=SITE, path=fresh(opened), reason="Erreur")
        assert list(ContactCode.objects.values_list("value", "code_hash")) == [("", "")]
        assert set(PersonalLink.objects.values_list("sent_to", flat=True)) == {""}
