"""What the digest and the site's home say of requests that wait for a person."""

import pytest

from identities.registrations.notices import registrations_stuck
from identities.registrations.site_lists import todo_of_registrations
from portal.foundation.tenancy import tenant
from tenants.memberships.queries import access_to
from tests.factories.registrations import RegistrationRequestFactory

pytestmark = pytest.mark.django_db
STATES = ("correction", "draft", "partly_done", "unknown", "ready", "sent", "done")


@pytest.fixture
def requests(group):
    with tenant(group.id):
        for state in STATES:
            RegistrationRequestFactory(establishment=group.first, state=state)


def test_the_digest_counts_by_site_and_names_nobody(group, administrator, requests):
    access = access_to(administrator, group.slug)
    with tenant(group.id):
        [item] = registrations_stuck(access)
    assert item.text == (
        f"4 enregistrements nationaux sont à corriger, à compléter ou à relancer à {group.first.name}."
    )
    assert str(group.first.pk) in item.url


def test_a_site_has_to_do_what_it_can_mend(group, requests):
    with tenant(group.id, [group.first.pk]):
        said = [(one.text, one.query["liste"]) for one in todo_of_registrations(group.first.pk)]
    assert said == [
        ("2 enregistrements nationaux sont à corriger.", "a-corriger"),
        ("Un enregistrement national est à compléter.", "a-completer"),
    ]
