"""Drafts that nobody took up again are forgotten."""

from datetime import timedelta

import time_machine

from identities.assignments.drafts import draft_of, keep_draft
from identities.assignments.models import ArrivalDraft
from identities.assignments.tasks import forget_old_drafts
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.fixtures import make_group


def _typed(group, user):
    with tenant(group.id):
        keep_draft(
            user_id=user.pk, establishment_id=group.first.pk, form="single", values={"birth_name": ["X"]}
        )


def test_a_draft_of_over_seven_days_is_forgotten_in_every_group(group, administrator):
    other = make_group()
    with time_machine.travel(now() - timedelta(days=8), tick=False):
        _typed(group, administrator)
        _typed(other, administrator)
    assert forget_old_drafts() == 2
    for one in (group, other):
        with tenant(one.id):
            assert not ArrivalDraft.objects.exists()


def test_a_recent_draft_stays(group, administrator):
    _typed(group, administrator)
    assert forget_old_drafts() == 0
    with tenant(group.id):
        assert draft_of(administrator.pk, group.first.pk, "single")
