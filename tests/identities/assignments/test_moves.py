"""Changes of site or function: one person, two stays, one instant."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.urls import reverse

from identities.assignments.minute_clock import end_and_start_due
from identities.assignments.models import Assignment
from identities.assignments.move_operations import Destination, move_assignment, undo_move
from identities.assignments.operations import cancel_departure, end_assignment, extend_assignment
from portal.dispatch.models import Message
from portal.foundation.clock import PARIS, now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory, UnitFactory
from tests.factories.memberships import MembershipFactory
from tests.identities.assignments.acts import ACTOR

NURSE = "G15-60"
WEEK = timedelta(days=7)


@pytest.fixture
def stay(door, group):
    return AssignmentFactory(establishment=group.first, person__birth_name="Martin")


def move(stay, site, function=NURSE, at=None, **values):
    to = Destination(site.pk, function, **values)
    return move_assignment(actor=ACTOR, assignment=stay, to=to, at=at)


def kinds():
    return [one.kind for one in Message.objects.order_by("id")]


def acts():
    return sorted(Line.objects.values_list("act", flat=True))


def test_moves_now_at_one_instant(stay, group):
    new = move(stay, group.second)
    stay.refresh_from_db()
    assert (stay.state, stay.end_reason, new.state) == ("ended", "transfer", "running")
    assert stay.ends_at == new.starts_at
    assert (new.person_id, new.establishment_id, new.function_id) == (stay.person_id, group.second.pk, NURSE)
    assert (new.contract, new.kind, new.ends_at) == (stay.contract, stay.kind, None)
    assert (stay.moved_to_id, new.moved_from_id) == (new.pk, stay.pk)
    assert kinds() == ["assignment.ended", "assignment.started"]
    assert acts() == ["assignment.ended", "assignment.started", "person.moved", "person.moved"]
    said = Line.objects.filter(act="person.moved", establishment_id=group.second.pk).get().sentence
    assert group.first.name in said
    assert group.second.name in said


def test_a_change_of_function_says_one_sentence(stay, group):
    move(stay, group.first)
    assert Line.objects.filter(act="person.moved").count() == 1


def test_a_later_move_takes_effect_once(stay, group):
    at = now() + WEEK
    new = move(stay, group.second, at=at)
    stay.refresh_from_db()
    assert (stay.state, stay.ends_at, new.state, new.starts_at) == ("running", at, "planned", at)
    assert kinds() == ["assignment.shortened"]
    Assignment.objects.filter(pk=stay.pk).update(ends_at=now())
    Assignment.objects.filter(pk=new.pk).update(starts_at=now())
    end_and_start_due()
    end_and_start_due()
    assert kinds() == ["assignment.shortened", "assignment.ended", "assignment.started"]


def test_a_later_move_is_undone_from_either_half(stay, group):
    for half in ("old", "new"):
        new = move(stay, group.second, at=now() + WEEK)
        undo_move(actor=ACTOR, assignment=Assignment.objects.get(pk=stay.pk if half == "old" else new.pk))
        stay.refresh_from_db()
        new.refresh_from_db()
        assert (stay.state, stay.ends_at, stay.end_reason, stay.moved_to_id) == ("running", None, "", None)
        assert new.state == "cancelled"
    assert acts().count("person.move_undone") == 4  # both places, twice


def test_what_took_effect_is_not_undone(stay, group):
    move(stay, group.second)
    with pytest.raises(DomainError, match="Took effect"):
        undo_move(actor=ACTOR, assignment=stay)


def test_a_departure_altered_since_is_not_overwritten(stay, group):
    move(stay, group.second, at=now() + WEEK)
    end_assignment(actor=ACTOR, assignment=stay, reason="resignation", at=now() + timedelta(days=2))
    with pytest.raises(DomainError, match="Altered since"):
        undo_move(actor=ACTOR, assignment=stay)


def test_a_stay_about_to_change_is_neither_extended_nor_brought_back(stay, group):
    move(stay, group.second, at=now() + WEEK)
    with pytest.raises(DomainError, match="Half of a change"):
        extend_assignment(actor=ACTOR, assignment=stay, ends_at=now() + 2 * WEEK)
    with pytest.raises(DomainError, match="Half of a change"):
        cancel_departure(actor=ACTOR, assignment=stay)
    with pytest.raises(DomainError, match="Half of a change"):
        move(stay, group.second, at=now() + timedelta(days=2))


def test_a_planned_stay_is_replaced_from_its_start(door, group):
    stay = AssignmentFactory(planned=True, establishment=group.first)
    new = move(stay, group.second)
    stay.refresh_from_db()
    assert (stay.state, new.state, new.starts_at) == ("cancelled", "planned", stay.starts_at)
    assert new.moved_from_id is None


def test_a_planned_stay_changes_after_it_began_and_back(door, group):
    stay = AssignmentFactory(planned=True, establishment=group.first)
    new = move(stay, group.second, at=stay.starts_at + WEEK)
    stay.refresh_from_db()
    assert (stay.state, stay.ends_at, stay.end_reason) == ("planned", new.starts_at, "transfer")
    undo_move(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert (stay.state, stay.ends_at, stay.end_reason) == ("planned", None, "")


def test_changes_service_only(stay, group):
    unit = UnitFactory(establishment=group.first)
    new = move(stay, group.first, function=stay.function_id, unit_id=unit.pk)
    assert (new.unit_id, new.state) == (unit.pk, "running")


REFUSED = {
    "nothing changes": (lambda stay, group: move(stay, group.first, "R85-313"), "establishment_id"),
    "the past": (lambda stay, group: move(stay, group.second, at=now() - WEEK), "at"),
    "an unknown function": (lambda stay, group: move(stay, group.second, "zzz"), "function_code"),
    "a service of elsewhere": (
        lambda stay, group: move(
            stay, group.second, unit_id=UnitFactory(establishment=group.first).pk
        ),
        "unit_id",
    ),
    "a closed site": (
        lambda stay, group: move(
            stay,
            EstablishmentFactory(legal_entity=group.entity, closed_on=(now() - WEEK).astimezone(PARIS).date()),
        ),
        "establishment_id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_and_writes_nothing(stay, group, name):
    act, field = REFUSED[name]
    with pytest.raises(DomainError) as caught:
        act(stay, group)
    assert caught.value.field == field
    again = Assignment.objects.get(pk=stay.pk)
    assert (again.state, again.ends_at, again.end_reason) == ("running", None, "")
    assert (Assignment.objects.count(), Line.objects.count(), Message.objects.count()) == (1, 0, 0)


def test_refuses_the_same_function_twice_at_the_other_site(stay, group):
    AssignmentFactory(person=stay.person, establishment=group.second, function_id=NURSE)
    with pytest.raises(DomainError, match="Same function twice"):
        move(stay, group.second)
    assert Assignment.objects.get(pk=stay.pk).state == "running"


def test_refuses_a_stay_whose_departure_is_decided(stay, group):
    end_assignment(actor=ACTOR, assignment=stay, reason="resignation", at=now() + WEEK)
    with pytest.raises(DomainError, match="Departure already decided"):
        move(stay, group.second)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_moves(group):
    with tenant(group.id):
        stay = AssignmentFactory(establishment=group.first)
    outcomes = []

    def act():
        try:
            with tenant(group.id):
                seen = Assignment.objects.get(pk=stay.pk)
                time.sleep(0.1)  # both have read the row before either writes
                move(seen, group.second)
            outcomes.append("done")
        except DomainError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=act) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["done", "refused"]
    with tenant(group.id):
        assert Assignment.objects.filter(state="running").count() == 1


@pytest.fixture
def screen(group, client_for):
    """Manager of both sites, a stay at the first, and what they type."""
    user = MembershipFactory(
        group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=[group.first.pk, group.second.pk]
    ).user
    with tenant(group.id):
        stay = AssignmentFactory(establishment=group.first, person__birth_name="Martin")
    typed = {"establishment_id": group.second.pk, "function_code": NURSE, "moment": "now"}
    return client_for(user), stay, typed


def url(group, name, stay):
    return reverse(f"assignments:{name}", args=[group.slug, stay.pk])


def test_the_form_moves_and_a_second_click_is_harmless(group, screen):
    client, stay, typed = screen
    page = client.get(url(group, "move", stay)).content.decode()
    assert group.second.name in page
    for _ in range(2):
        response = client.post(url(group, "move", stay), typed, follow=True)
        assert response.status_code == 200
    with tenant(group.id):
        assert Assignment.objects.filter(person=stay.person).count() == 2


def test_a_refusal_keeps_what_was_typed(group, screen):
    client, stay, typed = screen
    page = client.post(url(group, "move", stay), {**typed, "moment": "date", "at": "01/02/2001"})
    assert "déjà passé" in page.content.decode()
    assert 'value="01/02/2001"' in page.content.decode()


def test_a_move_to_come_is_undone_on_screen(group, screen):
    client, stay, typed = screen
    day = f"{(now() + WEEK).astimezone(PARIS):%d/%m/%Y}"
    page = client.post(url(group, "move", stay), {**typed, "moment": "date", "at": day}, follow=True)
    assert "Annuler le changement" in page.content.decode()
    assert "n&#x27;aura pas lieu" in client.get(url(group, "undo_move", stay)).content.decode()
    page = client.post(url(group, "undo_move", stay), follow=True)
    assert "Changement annulé" in page.content.decode()
    with tenant(group.id):
        assert Assignment.objects.get(pk=stay.pk).ends_at is None


def test_a_manager_moves_only_between_their_sites(group, manager, client_for):
    with tenant(group.id):
        here = AssignmentFactory(establishment=group.first)
        there = AssignmentFactory(establishment=group.second)
    client = client_for(manager)
    assert group.second.name not in client.get(url(group, "move", here)).content.decode()
    assert client.get(url(group, "move", there)).status_code == 404
    typed = {"establishment_id": group.second.pk, "function_code": NURSE, "moment": "now"}
    assert client.post(url(group, "move", here), typed).status_code == 200
    with tenant(group.id):
        assert Assignment.objects.get(pk=here.pk).state == "running"
