"""The yearly review that the demo's group shows, written once."""

import pytest

from identities.assignments.models import Assignment
from identities.reviews.models import SiteReview
from portal.demo.seed.review_scene import seed_review
from portal.demo.seed.writing import Size, seed_group
from portal.foundation.tenancy import tenant

SMALL = Size("Petit groupe", "petit", 3, 40)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_review_is_under_way_and_changes_are_planned():
    group_id = seed_group(SMALL, seed=3, progress=lambda text: None)
    for _ in range(2):
        seed_review(group_id)
    with tenant(group_id):
        states = SiteReview.objects.filter(campaign__state="open").values_list("state", flat=True)
        assert sorted(states) == ["done", "waiting", "waiting"]
        assert Assignment.objects.filter(state="planned", moved_from__isnull=False).count() == 2
