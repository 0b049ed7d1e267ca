"""The group's connection to API PSI: its key, its trial, stopping and resuming, the pause, the spacing of calls."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError

from identities.psi.client import PsiClient
from identities.psi.models import Connection, EstablishmentFormat
from identities.psi.operations import set_key, stop_sending
from identities.psi.pace import LONGEST_TURN, may_try, note_failure, note_success, take_turn
from identities.psi.queries import leave_to_send, sending_key
from identities.psi.rules import issuing_establishment
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.registrations import SANDBOX_KEY, ConnectionFactory
from tests.fixtures import make_group

pytestmark = pytest.mark.django_db

HERE = "/g/{}/enregistrements/connexion-psi/{}"


@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        ("finess", "750999999"), ("1finess", "1750999999"), ("siret", "26200000000018"), ("3siret", "326200000000018"),
        ("finess_ej", "750999998"), ("1finess_ej", "1750999998"),
    ],
)  # fmt: skip
def test_an_establishment_is_named_as_the_group_chose(chosen, written):
    numbers = {"finess": "750999999", "siret": "26200000000018", "legal_finess": "750999998"}
    assert issuing_establishment(chosen, **numbers) == written
    assert {one.value for one in EstablishmentFormat} >= {chosen}


def test_an_establishment_without_the_number_is_refused():
    with pytest.raises(DomainError, match="No number"):
        issuing_establishment("siret", finess="750999999", siret="", legal_finess="750999998")


def test_the_key_is_sealed_and_in_no_line(group, administrator):
    with tenant(group.id):
        set_key(actor=administrator, key=" une-cle-secrete ")
        found = Connection.objects.get()
        assert "secrete" not in found.sealed_key
        assert sending_key() == "une-cle-secrete"
        assert found.key_end == "rete"
        assert not Line.objects.filter(sentence__contains="une-cle").exists()


@pytest.mark.parametrize("typed", ["", "deux mots", "clé", "x" * 201, "a\nb"])
def test_what_cannot_be_a_key_is_refused(group, administrator, typed):
    with tenant(group.id), pytest.raises(DomainError):
        set_key(actor=administrator, key=typed)


def test_a_longer_wait_that_the_api_asked_for_outlives_later_failures(group, administrator):
    with tenant(group.id):
        set_key(actor=administrator, key="cle-d-essai-0001")
        note_failure(cause="429", until=now() + timedelta(hours=1))
        for _ in range(6):
            note_failure(cause="coupée")
        assert leave_to_send().wait > timedelta(minutes=50)


def test_leaves_only_with_a_key_unstopped_and_unpaused(group, administrator):
    with tenant(group.id):
        assert not leave_to_send().allowed
        ConnectionFactory()
        assert leave_to_send().allowed
        for _ in range(5):
            note_failure(cause="coupé")
        paused = leave_to_send()
        assert not paused.allowed
        assert timedelta(minutes=4) < paused.wait <= timedelta(minutes=5)
        note_success()
        assert leave_to_send().allowed
        stop_sending(actor=administrator, reason="Consigne")
        assert "Consigne" in leave_to_send().why


def test_calls_are_spaced_over_workers(group, settings):
    settings.PSI_API_CALLS_PER_SECOND = 5
    with tenant(group.id):
        ConnectionFactory()
        waits = [take_turn().total_seconds() for _ in range(4)]
        assert waits[0] == 0
        assert 0.4 < waits[3] <= 0.6
        Connection.objects.update(next_call_at=now() + timedelta(days=1))  # a clock set back
        assert take_turn().total_seconds() == 0


def test_a_turn_too_far_away_is_not_kept_for_a_message_that_will_ask_again(group, settings):
    settings.PSI_API_CALLS_PER_SECOND = 5
    with tenant(group.id):
        ConnectionFactory()
        waits = [take_turn().total_seconds() for _ in range(40)]
        assert len([one for one in waits if one <= LONGEST_TURN.total_seconds()]) == 11
        assert max(waits) < 2.3


def test_two_groups_never_share_a_connection(group):
    with tenant(group.id):
        ConnectionFactory()
    with tenant(make_group().id):
        assert Connection.objects.count() == 0
    with pytest.raises(ProgrammingError, match="permission denied"), tenant(group.id, [group.first.pk]):
        Connection.objects.count()


class TestPage:
    def test_says_what_to_do_without_a_key(self, group, client_for, administrator):
        page = client_for(administrator).get(HERE.format(group.slug, "")).content.decode()
        assert "Sans clé" in page
        assert "prosanteconnect.editeurs@esante.gouv.fr" in page

    def test_a_key_is_recorded_tried_stopped_and_resumed(self, group, client_for, administrator, psi_api):
        browser = client_for(administrator)
        posted = browser.post(HERE.format(group.slug, "cle/"), {"key": SANDBOX_KEY}, follow=True)
        assert SANDBOX_KEY not in posted.content.decode()
        assert "sable" in posted.content.decode()
        tried = browser.post(HERE.format(group.slug, "essai/"), follow=True).content.decode()
        assert "La clé est acceptée" in tried
        stopped = browser.post(HERE.format(group.slug, "arreter/"), {"reason": "Consigne"}, follow=True)
        assert "Consigne" in stopped.content.decode()
        resumed = browser.post(HERE.format(group.slug, "reprendre/"), follow=True).content.decode()
        assert "Ouverte" in resumed

    def test_a_wrong_key_is_told(self, group, client_for, administrator, psi_api):
        browser = client_for(administrator)
        browser.post(HERE.format(group.slug, "cle/"), {"key": "mauvaise"})
        assert "clé refusée" in browser.post(HERE.format(group.slug, "essai/"), follow=True).content.decode()

    def test_a_trial_without_an_answer_promises_nothing_of_a_request(
        self, group, client_for, administrator, psi_api
    ):
        browser = client_for(administrator)
        browser.post(HERE.format(group.slug, "cle/"), {"key": SANDBOX_KEY})
        psi_api.fault("psi_wrong_type")
        page = browser.post(HERE.format(group.slug, "essai/"), follow=True).content.decode()
        assert "réponse illisible" in page
        assert "le portail le vérifie" not in page

    def test_a_key_replaced_during_its_trial_is_not_said_to_be_tried(
        self, group, client_for, administrator, monkeypatch
    ):
        with tenant(group.id):
            set_key(actor=administrator, key="ancienne-cle")
        monkeypatch.setattr(
            PsiClient, "check_key", lambda client: set_key(actor=administrator, key="nouvelle-cle")
        )
        page = client_for(administrator).post(HERE.format(group.slug, "essai/"), follow=True).content.decode()
        assert "remplacée pendant" in page
        with tenant(group.id):
            assert Connection.objects.get().tested_ok is None

    def test_a_site_manager_does_not_see_it(self, group, client_for, manager):
        assert client_for(manager).get(HERE.format(group.slug, "")).status_code == 403


def test_at_the_end_of_a_pause_one_worker_tries(group):
    with tenant(group.id):
        ConnectionFactory(failures_in_row=5, paused_until=now() - timedelta(seconds=1))
        assert [may_try(), may_try(), may_try()] == [True, False, False]
        note_success()
        assert may_try()
