"""What a person sees and decides of messages."""

import pytest
from django.urls import reverse

from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message, Settlement
from portal.dispatch.operations import Letter, post, post_all
from portal.dispatch.registry import Done, Rejected
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.memberships import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(group, handles):
    """A refused message, and one that waits behind it."""
    handles("essai", send=lambda delivery: Rejected("Le logiciel refuse ce compte."))
    with tenant(group.id):
        first, _ = post_all(Letter("essai", target="Logiciel", ordering_key="compte 1") for _ in range(2))
    deliver(group.id, first.pk)
    return first.pk


@pytest.fixture
def visit(group, administrator, client_for):
    client = client_for(administrator)

    def call(name, *ids, data=None):
        address = reverse(f"dispatch:{name}", args=[group.slug, *ids])
        return client.get(address) if data is None else client.post(address, data)

    return call


def test_shows_what_waits_for_a_person_and_what_it_holds_back(visit, refused):
    text = visit("to_handle").content.decode()
    assert "essai essai → Logiciel" in text
    assert "Le logiciel refuse ce compte." in text
    assert "1 autre envoi attend derrière lui." in text
    assert "derrière un envoi précédent" in visit("waiting").content.decode()


def test_retries_once_however_many_clicks(group, visit, refused):
    for _ in range(2):
        assert visit("retry", refused, data={}).status_code == 302
    with tenant(group.id):
        assert Message.objects.get(pk=refused).state == MessageState.PENDING
        assert Line.objects.filter(act="message_retried").count() == 1


def test_a_retried_message_that_arrives_lets_the_next_one_go(group, visit, refused, handles):
    visit("retry", refused, data={})
    handles("essai", send=lambda delivery: Done())
    with tenant(group.id):
        both = list(Message.objects.order_by("number").values_list("pk", flat=True))
    for message_id in both:
        deliver(group.id, message_id)
    with tenant(group.id):
        assert not Message.objects.exists()
    assert "(2)" in visit("settled").content.decode()


def test_gives_up_once_with_a_reason(group, visit, refused, administrator):
    assert "Indiquez pourquoi" in visit("give_up", refused, data={"reason": " "}).content.decode()
    for _ in range(2):
        assert visit("give_up", refused, data={"reason": "Créé à la main."}).status_code == 302
    with tenant(group.id):
        ended = Settlement.objects.get()
        assert (ended.outcome, ended.reason, ended.settled_by) == (
            Outcome.GIVEN_UP, "Créé à la main.", administrator.full_name,
        )  # fmt: skip
        assert Line.objects.get(act="message_given_up").sentence.endswith(
            "« essai essai → Logiciel » : Créé à la main."
        )


def test_one_that_goes_by_itself_cannot_be_given_up(group, visit, handles):
    handles("essai", send=lambda delivery: Done())
    with tenant(group.id):
        message = post(Letter("essai"))
    assert visit("give_up", message.pk).status_code == 302
    assert visit("give_up", message.pk, data={"reason": "x"}).status_code == 302
    with tenant(group.id):
        assert Message.objects.filter(pk=message.pk).exists()


def test_counts_what_found_no_target(group, visit):
    with tenant(group.id):
        message = post(Letter("mission_ended_essai"))
    deliver(group.id, message.pk)
    text = visit("settled").content.decode()
    assert 'Sans cible <span class="number">(1)</span>' in text
    assert "mission_ended_essai" in text


def test_says_that_there_is_nothing(visit):
    assert "Rien à traiter" in visit("to_handle").content.decode()
    assert "Aucun envoi en attente" in visit("waiting").content.decode()
    assert "Aucun envoi réglé" in visit("settled").content.decode()


def test_an_auditor_looks_and_does_not_touch(group, client_for, refused):
    client = client_for(MembershipFactory(group_id=group.id, role=Role.AUDITOR).user)
    text = client.get(reverse("dispatch:to_handle", args=[group.slug])).content.decode()
    assert "Réessayer" not in text
    for name in ("retry", "give_up"):
        assert client.post(reverse(f"dispatch:{name}", args=[group.slug, refused])).status_code == 403


def test_a_message_nobody_knows_is_not_found(visit):
    assert visit("retry", uuid7(), data={}).status_code == 404
    assert visit("give_up", uuid7()).status_code == 404
