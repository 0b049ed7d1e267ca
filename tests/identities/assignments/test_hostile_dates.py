"""Ends forged or out of any calendar are refused on the page, and no stay is left with one."""

import pytest
from django.urls import reverse

from identities.assignments.models import Assignment
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory


@pytest.mark.parametrize(
    "posted",
    [
        {"chosen": "2026-02-31T00:00"},
        {"chosen": "2030-12-01T00:00"},
        {"chosen": "2030-12-01"},
        {"chosen": "9999-12-31T23:59:59+00:00"},
        {"chosen": "0001-01-01T00:00:00+14:00"},
        {"ends_at": "31/12/9999"},
        {"ends_at": "01/01/0001"},
    ],
)
def test_an_extension_to_no_real_moment_is_refused(group, manager, client_for, posted):
    with tenant(group.id):
        stay = AssignmentFactory(mission=True, establishment=group.first)
    url = reverse("assignments:extend", args=[group.slug, group.first.pk, stay.pk])
    assert client_for(manager).post(url, posted).status_code == 200
    with tenant(group.id):
        assert Assignment.objects.get(pk=stay.pk).ends_at == stay.ends_at
