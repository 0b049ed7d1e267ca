"""The API half of a campaign, against the stand-in: what is asked, counted, paused, stopped, and taken up after a kill."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from identities.national_directory import asking
from identities.national_directory.asking import ask_api
from identities.national_directory.campaign_operations import start_recheck_campaign, stop_recheck_campaign
from identities.national_directory.campaign_queries import (
    campaign_progress,
    campaigns_at_work,
    failed_lookups,
)
from identities.national_directory.campaigning import compare_with_files
from identities.national_directory.fhir import client as wire
from identities.national_directory.models import Campaign, CampaignScope, DirectoryLink, LinkSource, Lookup
from identities.national_directory.states import CampaignState, LinkState, LookupState
from identities.national_directory.tasks import resume_campaigns
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory
from tests.factories.people import PersonFactory
from tests.fixtures import make_group
from tests.services import ROOT

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
CAMILLE, KARIM, JEAN, GONE, UNKNOWN = (
    "99900000011", "99900000029", "99900000037", "99900000045", "99900000052",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(wire, "LONGEST_WAIT", 0.01)


@pytest.fixture
def group(directory_api):
    """Five linked people at the stand-in's own EHPAD; no file is loaded."""
    made = make_group()
    with tenant(made.id):
        site = EstablishmentFactory(legal_entity=made.entity, finess="990000010")
        elsewhere = EstablishmentFactory(legal_entity=made.entity, finess="990000028")
        for number, birth_name, first_name, where in (
            (CAMILLE, "Exemple", "Camille", site),
            (KARIM, "Autrement", "Karim", site),
            (JEAN, "Inventé", "Jean-Luc", elsewhere),
            (GONE, "Parti", "Paul", site),
            (UNKNOWN, "Inconnu", "Ida", site),
        ):
            person = PersonFactory(birth_name=birth_name, usage_name="", first_names=[first_name])
            AssignmentFactory(person=person, establishment=where)
            linked(person, number)
    return made


def linked(person, number):
    return DirectoryLink.objects.create(
        person=person, rpps=number, state=LinkState.LINKED, source=LinkSource.TYPED, checked_at=now() - timedelta(days=900)
    )  # fmt: skip


def start(group, administrator, **values):
    with tenant(group.id):
        campaign = start_recheck_campaign(actor=administrator, **values)
    compare_with_files(group.id, campaign.pk)
    return campaign.pk


def seen(group, campaign_id):
    with tenant(group.id):
        return campaign_progress(campaign_id)


def test_what_the_files_do_not_settle_is_asked(group, administrator, directory_api):
    campaign_id = start(group, administrator)
    before = seen(group, campaign_id)
    assert (before.campaign.state, before.left, before.percent) == (CampaignState.API, 5, 0)
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.by_api, found.campaign.changed) == (CampaignState.DONE, 5, 4)
    assert (found.campaign.calls, found.calls_per_person) == (2, 0.4)
    with tenant(group.id):
        said = {one.rpps: set(one.differences) for one in DirectoryLink.objects.all()}
        assert not Lookup.objects.exists()
        assert not DirectoryLink.objects.filter(checked_at__lt=now() - timedelta(hours=1)).exists()
    assert said == {
        CAMILLE: set(),
        KARIM: {"other_name"},
        JEAN: {"closed_here", "open_without_contract"},
        GONE: {"inactive_number"},
        UNKNOWN: {"unknown_number"},
    }


def test_an_api_out_of_order_pauses_and_goes_on(group, administrator, directory_api):
    campaign_id = start(group, administrator)
    directory_api.fault("directory_502", times=None)
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.left, found.campaign.pauses) == (CampaignState.API, 5, 1)
    assert found.waits_until is not None
    assert "ne répond pas" in found.campaign.reason
    assert campaigns_at_work() == []
    directory_api.well_again()
    with tenant(group.id):
        Campaign.objects.update(paused_until=now())
    cache.clear()  # a minute has passed since the last ring
    assert (resume_campaigns(), resume_campaigns()) == (1, 0)
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.by_api, found.campaign.reason) == (CampaignState.DONE, 5, "")


def test_a_refused_key_stops_it_and_says_who_must_act(group, administrator, directory_api):
    campaign_id = start(group, administrator)
    directory_api.fault("directory_403", times=None)
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.by_api) == (CampaignState.STOPPED, 0)
    assert "l'exploitant doit en vérifier l'adresse et la clé" in found.campaign.reason


def test_what_is_refused_in_a_batch_is_asked_alone_and_only_that_fails(group, administrator, monkeypatch):
    whole = wire.DirectoryClient.people

    def refuses_unknown(client, numbers):
        if UNKNOWN in numbers:
            raise wire.DirectoryApiError(wire.Failure.REJECTED, "réponse 400")
        return whole(client, numbers)

    monkeypatch.setattr(wire.DirectoryClient, "people", refuses_unknown)
    campaign_id = start(group, administrator)
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.by_api, found.campaign.failed) == (CampaignState.DONE, 4, 1)
    with tenant(group.id):
        (failed,) = failed_lookups(campaign_id)
        assert (failed.rpps, failed.link.person.birth_name) == (UNKNOWN, "Inconnu")
        assert "refuse la demande" in failed.failure
        assert DirectoryLink.objects.get(rpps=UNKNOWN).checked_at < now() - timedelta(days=800)


def test_a_stopped_campaign_asks_nothing_more(group, administrator, directory_api):
    campaign_id = start(group, administrator)
    with tenant(group.id):
        stop_recheck_campaign(actor=administrator, campaign_id=campaign_id, reason="essai")
    ask_api(group.id, campaign_id)
    assert directory_api.log("Practitioner/_search") == []
    assert seen(group, campaign_id).campaign.by_api == 0


def test_two_workers_ask_each_number_once(group, administrator, directory_api, monkeypatch):
    monkeypatch.setattr(asking, "BATCH", 1)
    campaign_id = start(group, administrator)
    with asking.DirectoryClient() as client:
        first, second = (asking._Slice(group.id, campaign_id, client) for _ in range(2))
        claimed = [
            one.rpps for work in (first, second, first) for some in asking._claim(work, 2) for one in some
        ]
    assert sorted(claimed) == [CAMILLE, KARIM, JEAN, GONE, UNKNOWN]
    with tenant(group.id):
        Lookup.objects.update(asked_until=now() - timedelta(seconds=1))
    ask_api(group.id, campaign_id)
    assert seen(group, campaign_id).campaign.by_api == 5


def test_a_number_that_two_workers_answer_counts_once(group, administrator):
    campaign_id = start(group, administrator)
    with asking.DirectoryClient() as client:
        work = asking._Slice(group.id, campaign_id, client)
        (lookups,) = asking._claim(work, 3)
        for _ in range(2):
            asking._keep(work, lookups, [])
    assert seen(group, campaign_id).campaign.by_api == 5


def test_a_number_that_kills_its_worker_each_time_fails_in_the_end(group, administrator, monkeypatch):
    def dies(client, numbers):
        raise RuntimeError("an answer that nobody foresaw")

    monkeypatch.setattr(wire.DirectoryClient, "people", dies)
    campaign_id = start(group, administrator)
    for _ in range(20):
        try:
            ask_api(group.id, campaign_id)
        except RuntimeError:
            with tenant(group.id):
                Lookup.objects.filter(state=LookupState.ASKED).update(
                    asked_until=now() - timedelta(seconds=1)
                )
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.failed) == (CampaignState.DONE, 5)


def gives_back(work, lookups):
    asking._give_back(work, lookups, wire.DirectoryApiError(wire.Failure.REJECTED, "réponse 400"))


def takes_back(work, lookups):
    asking._claim(work, 1)


@pytest.mark.parametrize("other", [gives_back, takes_back])
def test_whoever_gives_numbers_back_waits_for_the_campaign_before_taking_them(group, administrator, other):
    """Answers are written under the campaign's lock: with another order, PostgreSQL would end one of the two."""
    campaign_id = start(group, administrator)
    with asking.DirectoryClient() as client, ThreadPoolExecutor(1) as pool:
        work = asking._Slice(group.id, campaign_id, client)
        (lookups,) = asking._claim(work, 1)
        with tenant(group.id):
            Lookup.objects.update(asked_until=now() - timedelta(seconds=1), attempts=asking.MOST_CLAIMS)
        with tenant(group.id):
            Campaign.objects.select_for_update().get(pk=campaign_id)
            waits = pool.submit(in_its_own_connection, other, work, lookups)
            until_somebody_waits()
            assert len(Lookup.objects.select_for_update(nowait=True)) == 5
        waits.result(timeout=10)
    assert seen(group, campaign_id).campaign.failed == 5


def in_its_own_connection(act, *given):
    try:
        act(*given)
    finally:
        connection.close()


def until_somebody_waits():
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waits for the campaign")


def test_no_key_no_call(group, administrator, directory_api, settings):
    settings.DIRECTORY_API_KEY = ""
    with pytest.raises(Exception, match="Nothing fresh"):
        start(group, administrator, scope=CampaignScope.ALL)
    assert directory_api.log() == []


_WORKER = """
import os, sys
import django
django.setup()
from uuid import UUID
from identities.national_directory import asking
asking.BATCH = 1
asking.ask_api(UUID(sys.argv[1]), UUID(sys.argv[2]), seconds=60)
"""


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing(group, administrator, directory_api):
    with tenant(group.id):
        for rank in range(40):
            linked(PersonFactory(), f"9991{rank:07}")
    campaign_id = start(group, administrator)
    directory_api.fault("directory_slow", times=None, seconds=0.3)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DIRECTORY_API_URL": directory_api.directory,
        "DIRECTORY_API_KEY": "cle-du-bac-a-sable",
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(group.id), str(campaign_id)], cwd=ROOT, env=environment
    )
    deadline = time.monotonic() + 30
    while seen(group, campaign_id).campaign.by_api < 8 and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    with tenant(group.id):
        left = Lookup.objects.filter(state=LookupState.ASKED)
        assert left.exists(), "killed too late"
        left.update(asked_until=now())
    directory_api.well_again()
    ask_api(group.id, campaign_id)
    found = seen(group, campaign_id)
    assert (found.campaign.state, found.campaign.by_api, found.campaign.due) == (CampaignState.DONE, 45, 45)
