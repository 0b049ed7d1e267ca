"""What the demo's group shows beyond its people: written once, by the product's own operations."""

import pytest

from identities.hr_imports.models import Run
from identities.national_directory.campaign_queries import last_campaigns
from identities.national_directory.models import DirectoryLink, DirectoryLoad
from identities.national_directory.queries import links_due
from identities.national_directory.rules import recheck_rule
from identities.registrations.models import RegistrationRequest
from portal.demo.seed.country import demo_sizes, seed_demo_groups
from portal.demo.seed.scenes import seed_scenes
from portal.demo.seed.writing import group_id_of
from portal.foundation.tenancy import tenant
from portal.journal.verification import verify_group

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.slow]
SITES, PEOPLE, SEED = 2, 40, 5


@pytest.fixture
def demo_group():
    seed_demo_groups(SITES, PEOPLE, seed=SEED, progress=lambda text: None)
    seed_scenes(SITES, PEOPLE, seed=SEED)
    return group_id_of(demo_sizes(SITES, PEOPLE)[0], SEED)


def test_a_payroll_is_applied_and_its_next_file_waits(demo_group):
    with tenant(demo_group):
        applied, waiting = Run.objects.order_by("created_at")
        assert (applied.state, waiting.state) == ("applied", "checked")
        assert waiting.counts["created"] == 2
        assert waiting.counts["refused"] == 3
        assert {one["kind"] for one in waiting.guards} >= {"unknown_site", "unknown_function"}


def test_the_directory_is_loaded_linked_and_partly_due(demo_group):
    with tenant(demo_group):
        linked = DirectoryLink.objects.filter(state="linked")
        assert linked.count() > 5
        assert 0 < links_due(recheck_rule()).count() < linked.count()
        (checked,) = last_campaigns()
        assert (checked.percent, checked.campaign.due) == (100, linked.count())


def test_requests_for_a_number_have_a_past(demo_group):
    with tenant(demo_group):
        requests = RegistrationRequest.objects.filter(created_by_name="Gestionnaire RPPS+", route="psi")
        assert requests.exists()
        assert all(one.events.order_by("at").first().at.date() == one.created_at.date() for one in requests)


def test_written_again_nothing_doubles(demo_group):
    loads = DirectoryLoad.objects.count()
    with tenant(demo_group):
        requests = RegistrationRequest.objects.count()
    seed_scenes(SITES, PEOPLE, seed=SEED)
    with tenant(demo_group):
        assert Run.objects.count() == 2
        assert RegistrationRequest.objects.count() == requests
    assert DirectoryLoad.objects.count() == loads > 2
    assert verify_group(demo_group).findings == []
