"""A merge moves everything to one record; its undoing gives back exactly what was there."""

from datetime import timedelta

import pytest
from django.db import connection

from identities.assignments.models import Assignment, AssignmentChange
from identities.duplicates.merge_operations import merge_pair, undo_merge
from identities.duplicates.models import Merge, Pair
from identities.duplicates.operations import (
    propose_pair,
    reconsider_homonyms,
    refresh_pairs,
    rule_homonyms,
)
from identities.national_directory.models import DirectoryLink
from identities.people.models import HomonymDecision, IdentityCheck, Person, PersonIdentifier, Visibility
from identities.people.queries import identity_standing
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.transitions import TransitionError
from portal.journal.queries import lines_about
from tests.factories.assignments import AssignmentFactory
from tests.factories.duplicates import pair_of
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory
from tests.house.rooms import tenant_tables

# What a merge and its undoing leave behind on purpose.
NEW = ("journal_line", "dispatch_message", "duplicates_merge", "duplicates_mergedrow")


def rows_of_the_group() -> dict[str, list[str]]:
    """Every row of every table that the door reads, word for word, but the histories."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(tenant_tables()) - set(NEW):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


@pytest.fixture
def full(alike, group):
    """Something of everything on both."""
    AssignmentFactory(person=alike.one, establishment=group.first)
    AssignmentFactory(person=alike.two, establishment=group.second, mission=True)
    AssignmentFactory(person=alike.two, establishment=group.second, ended=True, function_id="G15-60")
    AssignmentFactory(establishment=group.first, mission=True, replaced_person=alike.two)
    for person in (alike.one, alike.two):
        PersonIdentifierFactory(person=person)
    IdentityCheckFactory(person=alike.one)
    third, earlier = PersonFactory(), PersonFactory(merged_into=alike.two)
    first, second = sorted((alike.two.pk, third.pk))
    HomonymDecision.objects.create(
        person_id=first, other_id=second, reason="jumeaux", decided_by=third.pk, decided_by_name="Camille"
    )
    pair_of(alike.two, PersonFactory(), proposed_by_name="Camille")
    for state, rpps in (("refused", "99900000011"), ("proposed", "99900000029")):
        DirectoryLink.objects.create(person=alike.two, rpps=rpps, state=state, source="typed")
    DirectoryLink.objects.create(person=alike.one, rpps="99900000029", state="linked", source="typed")
    alike.third, alike.earlier = third, earlier
    return alike


def test_everything_goes_to_the_record_that_is_kept(full, group, settler):
    merge = merge_pair(actor=settler, pair=full.pair, kept_id=full.one.pk)
    assert Person.objects.get(pk=full.two.pk).merged_into_id == full.one.pk
    assert Person.objects.get(pk=full.earlier.pk).merged_into_id == full.one.pk
    for model in (Assignment, PersonIdentifier, IdentityCheck, Visibility, DirectoryLink):
        assert not model.objects.filter(person_id=full.two.pk).exists(), model
    assert Assignment.objects.filter(person=full.one).count() == 3
    assert Assignment.objects.filter(replaced_person=full.one).count() == 1
    seen = Visibility.objects.filter(person_id=full.one.pk).values_list("establishment_id", flat=True)
    assert set(seen) == {group.first.pk, group.second.pk}
    apart = HomonymDecision.objects.get()
    assert {apart.person_id, apart.other_id} == {full.one.pk, full.third.pk}
    states = dict(DirectoryLink.objects.values_list("rpps", "state"))
    assert states == {"99900000011": "refused", "99900000029": "linked"}
    assert Pair.objects.get(pk=full.pair.pk).state == "merged"
    assert [one.act for one in lines_about(full.two.pk)] == ["person_absorbed"]
    assert "person_merged" in [one.act for one in lines_about(full.one.pk)]
    message = Message.objects.get(kind="person.merged")
    assert message.payload["absorbed_id"] == str(full.two.pk)
    assert merge.rows.count() >= 8


def test_undoing_gives_back_exactly_what_was_there(full, settler):
    refresh_pairs(actor=settler)
    before = rows_of_the_group()
    merge = merge_pair(actor=settler, pair=full.pair, kept_id=full.two.pk, choices={"phone": full.one.pk})
    assert rows_of_the_group() != before
    undo_merge(actor=settler, merge=merge, reason="Deux sœurs jumelles")
    after = rows_of_the_group()
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    assert merge.left == []
    assert Message.objects.filter(kind="person.unmerged").count() == 1


def test_the_kept_record_takes_the_verified_traits_by_default(full, settler):
    """`one` was seen with a passport: its name and its birth place are those of the person, its check holds."""
    merge_pair(actor=settler, pair=full.pair, kept_id=full.two.pk)
    kept = Person.objects.get(pk=full.two.pk)
    assert (kept.birth_name, kept.first_names) == ("Lefebvre", ["Jeanne", "Marie"])
    assert kept.birth_place == "Bourg-en-Bresse"
    standing = identity_standing(kept)
    assert standing.latest
    assert not standing.is_to_redo


def test_a_verified_trait_is_not_overwritten_by_one_that_is_not(full, settler):
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=full.pair, kept_id=full.one.pk, choices={"birth_name": full.two.pk})
    assert refused.value.field == "trait_birth_name"
    assert "LEFEBVRE" in refused.value.french.upper()
    assert not Merge.objects.exists()


def test_a_check_of_other_traits_is_to_be_done_again(alike, settler):
    """Both were seen, under two spellings: whichever is taken, a check of the other does not count for it."""
    IdentityCheckFactory(person=alike.one, checked_at=now() - timedelta(days=3))
    IdentityCheckFactory(person=alike.two, checked_at=now() - timedelta(days=2))
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk, choices={"birth_name": alike.two.pk})
    assert identity_standing(Person.objects.get(pk=alike.one.pk)).is_to_redo


def test_the_same_stay_typed_twice_goes_on_once(alike, group, settler):
    mine = AssignmentFactory(person=alike.one, establishment=group.first)
    theirs = AssignmentFactory(person=alike.two, establishment=group.first, mission=True)
    refresh_pairs(actor=settler)
    before = rows_of_the_group()
    merge = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.two.pk)
    states = {one.pk: (one.state, one.person_id) for one in Assignment.objects.all()}
    assert states == {mine.pk: ("running", alike.two.pk), theirs.pk: ("cancelled", alike.two.pk)}
    assert AssignmentChange.objects.filter(assignment=theirs, to_state="cancelled").count() == 1
    undo_merge(actor=settler, merge=merge, reason="Erreur")
    after = rows_of_the_group()
    differs = {table for table, rows in after.items() if rows != before[table]}
    assert differs == {"assignments_assignmentchange"}, "its history tells that it stopped and went on"


def test_the_person_says_which_of_two_stays_goes_on(alike, group, settler):
    AssignmentFactory(person=alike.one, establishment=group.first)
    theirs = AssignmentFactory(person=alike.two, establishment=group.first, mission=True)
    key = f"{group.first.pk}_R85-313"
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk, stays={key: alike.two.pk})
    assert Assignment.objects.get(state="running").pk == theirs.pk


def test_two_rpps_in_force_are_two_people(alike, settler):
    for person, value in ((alike.one, "99900000011"), (alike.two, "99900000029")):
        PersonIdentifierFactory(person=person, kind="rpps", value=value)
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert "mettez-y fin" in refused.value.french


def test_two_linked_numbers_are_two_people(alike, settler):
    for person, value in ((alike.one, "99900000011"), (alike.two, "99900000029")):
        DirectoryLink.objects.create(person=person, rpps=value, state="linked", source="typed")
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert "retirez-le" in refused.value.french


def test_the_record_that_is_linked_is_kept_when_the_other_refused_that_number(alike, settler):
    for person, state in ((alike.one, "refused"), (alike.two, "linked")):
        DirectoryLink.objects.create(person=person, rpps="99900000011", state=state, source="typed")
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert refused.value.field == "kept"
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.two.pk)
    assert DirectoryLink.objects.get(person=alike.two).state == "linked"


def test_homonyms_are_not_merged(alike, settler):
    rule_homonyms(actor=settler, pair=alike.pair, reason="Deux cousines")
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert "Deux cousines" in refused.value.french


def test_a_double_click_merges_and_undoes_once(alike, settler):
    first = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk) == first
    for _ in range(2):
        undo_merge(actor=settler, merge=first, reason="Erreur")
    assert Message.objects.filter(kind="person.unmerged").count() == 1
    assert [one.act for one in lines_about(alike.two.pk)] == ["person_restored", "person_absorbed"]


def test_the_other_way_round_after_a_merge_is_refused(alike, settler):
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    with pytest.raises(DomainError):
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.two.pk)


def test_what_changed_since_is_told_and_not_overwritten(full, group, settler):
    alike = full
    phone = {"phone": alike.one.pk}
    Person.objects.filter(pk=alike.one.pk).update(phone="+33611111111")
    merge = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.two.pk, choices=phone)
    Person.objects.filter(pk=alike.two.pk).update(phone="+33622222222")
    since = AssignmentFactory(person_id=alike.two.pk, establishment=group.first, function_id="R85-368")
    undo_merge(actor=settler, merge=merge, reason="Erreur")
    kept = Person.objects.get(pk=alike.two.pk)
    assert kept.phone == "+33622222222"
    assert kept.birth_name == "Lefevre", "untouched since, so put back"
    assert merge.left == ["Mobile : changé depuis la fusion, laissé tel quel."]
    assert Assignment.objects.get(pk=since.pk).person_id == alike.two.pk


def test_a_stay_whose_place_is_taken_since_does_not_resume(alike, group, settler):
    AssignmentFactory(person=alike.one, establishment=group.first, ended=True)
    AssignmentFactory(
        person=alike.two,
        establishment=group.first,
        starts_at=now() - timedelta(days=20),
        ends_at=now() + timedelta(days=1),
    )
    key = f"{group.first.pk}_R85-313"
    merge = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.two.pk, stays={key: alike.one.pk})
    AssignmentFactory(person_id=alike.two.pk, establishment=group.first, starts_at=now() - timedelta(hours=1))
    undo_merge(actor=settler, merge=merge, reason="Erreur")
    assert len(merge.left) == 1
    assert "ne peut pas reprendre" in merge.left[0]


def test_merges_one_after_the_other_are_undone_last_first(alike, settler):
    first = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    third = PersonFactory()
    second = merge_pair(actor=settler, pair=pair_of(alike.one, third), kept_id=third.pk)
    assert Person.objects.get(pk=alike.two.pk).merged_into_id == third.pk
    with pytest.raises(DomainError) as refused:
        undo_merge(actor=settler, merge=first, reason="Erreur")
    assert "plus récente" in refused.value.french
    undo_merge(actor=settler, merge=second, reason="Erreur")
    undo_merge(actor=settler, merge=first, reason="Erreur")
    assert not Person.objects.exclude(merged_into=None).exists()


def test_undoing_needs_a_reason(alike, settler):
    merge = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    with pytest.raises(DomainError):
        undo_merge(actor=settler, merge=merge, reason=" ")


def test_a_pair_decided_meanwhile_is_refused(alike, settler):
    """The page was open when somebody said « two people » and somebody else took the homonym back."""
    Pair.objects.filter(pk=alike.pair.pk).update(state="homonym")
    with pytest.raises(TransitionError):
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)


def test_two_people_is_not_taken_back_on_a_record_that_was_merged(alike, settler):
    """It went on with the record that was kept: there it is taken back."""
    third = PersonFactory()
    apart = pair_of(alike.two, third)
    rule_homonyms(actor=settler, pair=apart, reason="cousines")
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    with pytest.raises(DomainError) as refused:
        reconsider_homonyms(actor=settler, pair=apart)
    assert "celle qui continue" in refused.value.french
    assert Pair.objects.get(pk=apart.pk).state == "homonym"
    again = propose_pair(actor=settler, person=alike.one, other=third)
    reconsider_homonyms(actor=settler, pair=again)
    assert not HomonymDecision.objects.exists()


def test_a_link_with_another_number_than_the_other_record_holds_is_no_merge(alike, settler):
    """Its own number was ended and the link was left: one record would hold a number and be linked with another."""
    PersonIdentifierFactory(person=alike.one, kind="rpps", value="99900000011")
    link = DirectoryLink.objects.create(person=alike.two, rpps="99900000029", state="linked", source="typed")
    with pytest.raises(DomainError) as refused:
        merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
    assert "99900000029" in refused.value.french
    DirectoryLink.objects.filter(pk=link.pk).update(rpps="99900000011")
    merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)
