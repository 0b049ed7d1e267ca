"""People seen together once, and the change of a verified identity by two people."""

import pytest
from django.db import IntegrityError, transaction

from identities.identity_checks.models import TraitChange
from identities.identity_checks.operations import (
    ask_change,
    confirm_change,
    refuse_change,
    see_together,
    withdraw_change,
)
from identities.identity_checks.queries import standing_of, waiting_change_of
from identities.identity_checks.standings import Standing
from identities.people.models import IdentityCheck, Person
from identities.people.traits import PersonTraits, Sighting
from portal.foundation.errors import DomainError
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.identity_checks import TraitChangeFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory

PASSPORT = Sighting("face_to_face", "passport")


@pytest.fixture
def other(group):
    """A second administrator."""
    return MembershipFactory(group_id=group.id).user


@pytest.fixture
def person(group, door):
    """Verified, and present at the first site."""
    one = PersonFactory(birth_name="Martin", first_names=["Camille"])
    IdentityCheckFactory(person=one)
    AssignmentFactory(person=one, establishment=group.first)
    return one


def changed(person, **traits):
    return PersonTraits(**vars(PersonTraits.of(person)) | traits)


def asked(actor, person, **traits):
    return ask_change(actor=actor, person=person, traits=changed(person, **traits), sighting=PASSPORT)


def test_each_person_seen_has_a_check_and_a_line_and_twice_changes_nothing(group, door, administrator, other):
    people = [AssignmentFactory(establishment=group.first).person for _ in range(3)]
    seen = {one.pk: "passport" for one in people}
    done = see_together(actor=administrator, establishment_id=group.first.pk, seen=seen)
    assert (len(done.people), done.left_aside) == (3, 0)
    again = see_together(actor=other, establishment_id=group.first.pk, seen=seen)
    assert (len(again.people), again.left_aside) == (0, 3)
    assert IdentityCheck.objects.filter(checked_by=administrator.pk, level="substantial").count() == 3
    assert Line.objects.filter(act="identity_checked", establishment_id=group.first.pk).count() == 3


def test_one_wrong_document_and_nothing_is_written(group, door, administrator):
    good, wrong = (AssignmentFactory(establishment=group.first).person for _ in range(2))
    seen = {good.pk: "passport", wrong.pk: "badge"}
    with pytest.raises(DomainError) as refused:
        see_together(actor=administrator, establishment_id=group.first.pk, seen=seen)
    assert refused.value.field == str(wrong.pk)
    assert not IdentityCheck.objects.exists()


def test_somebody_gone_or_of_another_site_is_left_aside(group, door, administrator):
    gone = AssignmentFactory(establishment=group.first, ended=True).person
    elsewhere = AssignmentFactory(establishment=group.second).person
    seen = {gone.pk: "passport", elsewhere.pk: "passport"}
    done = see_together(actor=administrator, establishment_id=group.first.pk, seen=seen)
    assert (done.people, done.left_aside) == ([], 2)


def test_a_program_sees_nobody(group, door):
    one = AssignmentFactory(establishment=group.first).person
    with pytest.raises(DomainError):
        see_together(actor=Machine("Un script"), establishment_id=group.first.pk, seen={one.pk: "passport"})


def test_a_change_waits_while_the_contacts_are_written(person, administrator):
    change = asked(administrator, person, birth_name="Martín", phone="0612345678")
    person.refresh_from_db()
    assert (person.birth_name, person.phone) == ("Martin", "+33612345678")
    assert (change.before, change.after) == ({"birth_name": "Martin"}, {"birth_name": "Martín"})
    assert waiting_change_of(person) == change
    said = Line.objects.get(act="identity_change_asked").sentence
    assert "Martin → Martín" in said
    assert "passeport" in said


def test_contacts_alone_ask_for_nothing(person, administrator):
    assert asked(administrator, person, phone="0612345678") is None
    assert not TraitChange.objects.exists()


def test_an_identity_that_is_not_verified_changes_at_once(door, administrator):
    one = PersonFactory()
    assert asked(administrator, one, birth_name="Durand") is None
    one.refresh_from_db()
    assert one.birth_name == "Durand"


@pytest.mark.parametrize(
    ("sighting", "field"),
    [
        (Sighting(""), "method"),
        (Sighting("face_to_face"), "document_kind"),
        (Sighting("remote"), "remote_means"),
        (Sighting("carried_over", "passport", "", "Ailleurs", None), "checked_on"),
    ],
)
def test_a_change_without_an_equal_check_is_refused_and_nothing_is_written(
    person, administrator, sighting, field
):
    traits = changed(person, birth_name="Durand", phone="0612345678")
    with pytest.raises(DomainError) as refused:
        ask_change(actor=administrator, person=person, traits=traits, sighting=sighting)
    assert refused.value.field == field
    person.refresh_from_db()
    assert person.phone == ""


def test_one_change_waits_at_a_time(person, administrator, other):
    asked(administrator, person, birth_name="Durand")
    with pytest.raises(DomainError, match="waits already"):
        asked(other, person, birth_name="Dupont")


def test_a_second_person_confirms_and_the_identity_stays_verified(person, administrator, other):
    change = asked(administrator, person, birth_name="Durand", first_names=("Camille", "Ange"))
    with pytest.raises(DomainError, match="does not decide"):
        confirm_change(actor=administrator, change=change)
    confirm_change(actor=other, change=change)
    person.refresh_from_db()
    assert (person.birth_name, person.first_names) == ("Durand", ["Camille", "Ange"])
    assert standing_of(person).standing == Standing.GOOD
    latest = IdentityCheck.objects.filter(person=person).order_by("-checked_at").first()
    assert (latest.checked_by, latest.checked_at) == (administrator.pk, change.asked_at)
    acts = set(Line.objects.filter(object_id=person.pk).values_list("act", flat=True))
    assert acts == {"identity_change_asked", "person_updated", "identity_borne_out"}


def test_of_two_confirmations_one_wins(person, administrator, other):
    change = asked(administrator, person, birth_name="Durand")
    same = TraitChange.objects.get(pk=change.pk)
    confirm_change(actor=other, change=change)
    with pytest.raises(DomainError):
        confirm_change(actor=other, change=same)
    with pytest.raises(DomainError):
        refuse_change(actor=other, change=same, reason="Trop tard")
    assert IdentityCheck.objects.filter(person=person).count() == 2


def test_a_record_changed_or_merged_since_is_not_overwritten(person, administrator, other):
    change = asked(administrator, person, birth_name="Durand")
    Person.objects.filter(pk=person.pk).update(birth_name="Autre")
    with pytest.raises(DomainError, match="Changed meanwhile"):
        confirm_change(actor=other, change=change)
    Person.objects.filter(pk=person.pk).update(birth_name="Martin", merged_into=PersonFactory())
    change.refresh_from_db()
    assert change.state == "waiting"
    with pytest.raises(DomainError, match="Merged meanwhile"):
        confirm_change(actor=other, change=change)
    change.refresh_from_db()
    refuse_change(actor=other, change=change, reason=" Fiche réunie ")
    assert change.reason == "Fiche réunie"


def test_a_check_of_the_former_identity_since_the_request_holds_the_change_back(person, administrator, other):
    change = asked(administrator, person, birth_name="Durand")
    IdentityCheckFactory(person=person)
    with pytest.raises(DomainError, match="Checked meanwhile"):
        confirm_change(actor=other, change=change)
    person.refresh_from_db()
    change.refresh_from_db()
    assert (person.birth_name, change.state) == ("Martin", "waiting")


def test_only_the_asker_withdraws_and_only_another_refuses(person, administrator, other):
    change = asked(administrator, person, birth_name="Durand")
    with pytest.raises(DomainError):
        withdraw_change(actor=other, change=change)
    with pytest.raises(DomainError):
        refuse_change(actor=administrator, change=change, reason="Non")
    with pytest.raises(DomainError):
        refuse_change(actor=other, change=change, reason="  ")
    withdraw_change(actor=administrator, change=change)
    person.refresh_from_db()
    assert person.birth_name == "Martin"
    assert asked(other, person, birth_name="Durand") is not None


def test_postgresql_itself_wants_two_people(door):
    change = TraitChangeFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        TraitChange.objects.filter(pk=change.pk).update(state="confirmed", decided_by=change.asked_by)
