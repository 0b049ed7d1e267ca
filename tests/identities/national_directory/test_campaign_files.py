"""A campaign from the loaded files: what is due, what they settle, what is refused, once whatever is clicked."""

from datetime import timedelta

import pytest

from identities.national_directory.campaign_operations import start_recheck_campaign, stop_recheck_campaign
from identities.national_directory.campaign_queries import (
    campaign_progress,
    groups_with_links_due,
    last_campaigns,
)
from identities.national_directory.campaigning import compare_with_files
from identities.national_directory.loading import load_directory_file
from identities.national_directory.models import Campaign, CampaignScope, Card, DirectoryLink, DirectoryLoad
from identities.national_directory.operations import link_person
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import CampaignState
from identities.national_directory.tasks import check_group
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.national_directory import at_site, main_row, write_main
from tests.factories.people import PersonFactory
from tests.fixtures import make_group

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NUMBERS = ("99900000011", "99900000029", "99900000037")
ROLE = {"Code profession": "99", "Code rôle": "313", "Libellé rôle": "Aide-soignant"}
LONG_AGO = timedelta(days=800)


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def load(tmp_path):
    def write_and_load(*rows):
        load_directory_file(write_main(tmp_path / "main.txt", rows), accept_shrink="essai")

    return write_and_load


def row(group, number):
    return main_row(number, "LEFEVRE", "ZOE", **ROLE, **at_site(group.first.finess))


@pytest.fixture
def linked(group, load, administrator):
    """Three people linked long ago; the files then lose the third."""
    load(*(row(group, one) for one in NUMBERS))
    with tenant(group.id):
        for number in NUMBERS:
            person = PersonFactory(birth_name="Lefèvre", first_names=["Zoé"])
            AssignmentFactory(person=person, establishment=group.first)
            link_person(actor=administrator, person=person, rpps=number)
        DirectoryLink.objects.update(checked_at=now() - LONG_AGO)
    load(*(row(group, one) for one in NUMBERS[:2]))
    return group


def run(group, administrator, **values):
    with tenant(group.id):
        campaign = start_recheck_campaign(actor=administrator, **values)
    compare_with_files(group.id, campaign.pk)
    with tenant(group.id):
        return campaign_progress(campaign.pk)


def test_what_is_due_is_checked_from_the_files_and_told(linked, administrator):
    found = run(linked, administrator)
    assert (found.campaign.state, found.percent, found.left) == (CampaignState.DONE, 100, 0)
    assert (found.campaign.due, found.campaign.by_files, found.campaign.changed) == (3, 3, 1)
    with tenant(linked.id):
        assert DirectoryLink.objects.get(rpps=NUMBERS[2]).differences == ["unknown_number"]
        assert DirectoryLink.objects.filter(checked_at__lt=now() - timedelta(hours=1)).count() == 0
        said = Line.objects.get(act="directory_check_finished").sentence
        assert "3 à vérifier, 3 par les fichiers" in said
        assert [one.campaign for one in last_campaigns()] == [found.campaign]
    again = run(linked, administrator)
    assert (again.campaign.due, again.campaign.state) == (0, CampaignState.DONE)
    assert run(linked, administrator, scope=CampaignScope.ALL).campaign.due == 3


def test_only_due_links_are_compared(linked, administrator):
    with tenant(linked.id):
        DirectoryLink.objects.filter(rpps=NUMBERS[0]).update(checked_at=now())
    assert run(linked, administrator).campaign.due == 2
    assert run(linked, administrator, rule_version="rie-v2-draft").campaign.due == 0


def test_one_campaign_at_a_time_and_none_from_a_site(linked, administrator):
    with tenant(linked.id):
        campaign = start_recheck_campaign(actor=administrator)
        with pytest.raises(DomainError, match="open"):
            start_recheck_campaign(actor=administrator)
        with pytest.raises(DomainError) as caught:
            stop_recheck_campaign(actor=administrator, campaign_id=campaign.pk, reason=" ")
        assert caught.value.field == "reason"
        stop_recheck_campaign(actor=administrator, campaign_id=campaign.pk, reason="essai")
        with pytest.raises(DomainError, match="No open"):
            stop_recheck_campaign(actor=administrator, campaign_id=campaign.pk, reason="encore")
    compare_with_files(linked.id, campaign.pk)
    with tenant(linked.id):
        assert Campaign.objects.get().state == CampaignState.STOPPED
        assert DirectoryLink.objects.filter(checked_at__gt=now() - timedelta(days=1)).count() == 0
    with tenant(linked.id, [linked.first.pk]):
        assert Campaign.objects.count() == 1
        with pytest.raises(DomainError, match="site"):
            start_recheck_campaign(actor=administrator)


def test_old_files_are_not_worth_a_check(linked, administrator):
    DirectoryLoad.objects.using("owner").update(file_date=today() - timedelta(days=31))
    with tenant(linked.id), pytest.raises(DomainError) as caught:
        start_recheck_campaign(actor=administrator)
    assert "une vérification ne vaudrait rien" in caught.value.french
    with tenant(make_group().id):
        DirectoryLoad.objects.using("owner").all().delete()
        with pytest.raises(DomainError) as caught:
            start_recheck_campaign(actor=administrator)
        assert "ne sont pas chargés" in caught.value.french


def test_an_opposed_card_is_told_until_another_one_is_valid(linked, administrator):
    cards = Card.objects.using("owner")
    values = {"number": NUMBERS[0], "card_type": "CPS", "card_number": "1", "digest": 0}
    in_a_year = today() + timedelta(days=365)
    cards.create(key=1, **values, valid_to=in_a_year, opposed_on=today())
    run(linked, administrator)
    with tenant(linked.id):
        assert DirectoryLink.objects.get(rpps=NUMBERS[0]).differences == ["card_opposed"]
    cards.create(key=2, **values, valid_to=in_a_year)
    run(linked, administrator, scope=CampaignScope.ALL)
    with tenant(linked.id):
        assert DirectoryLink.objects.get(rpps=NUMBERS[0]).differences == []


def test_an_opposed_card_that_is_over_says_nothing(linked, administrator):
    Card.objects.using("owner").create(
        key=1, number=NUMBERS[0], card_type="CPS", card_number="1", digest=0,
        valid_to=today() - timedelta(days=1), opposed_on=today() - timedelta(days=9),
    )  # fmt: skip
    run(linked, administrator)
    with tenant(linked.id):
        assert DirectoryLink.objects.get(rpps=NUMBERS[0]).differences == []


def test_the_night_starts_what_is_due_once(linked):
    assert groups_with_links_due(recheck_rule()) == [linked.id]
    assert check_group(group_id=str(linked.id))
    assert not check_group(group_id=str(linked.id))
    with tenant(linked.id):
        (found,) = last_campaigns()
        assert found.campaign.started_by_name == "La vérification des liens"
