"""What the digest says of situations that wait too long."""

import pytest

from identities.situations.notices import situations_to_close
from portal.foundation.tenancy import tenant
from tenants.memberships.queries import access_to
from tests.factories.situations import SituationFactory


@pytest.mark.django_db
def test_counts_by_site_what_is_late_and_names_nobody(group, administrator):
    with tenant(group.id):
        for trait in ({"late": True}, {"late": True}, {}, {"late": True, "closed": True}):
            SituationFactory(assignment__establishment=group.first, **trait)
    access = access_to(administrator, group.slug)
    with tenant(group.id):
        [item] = situations_to_close(access)
    assert item.text == f"2 situations RPPS sont à clore depuis plus de 3 jours à {group.first.name}."
    assert str(group.first.pk) in item.url
