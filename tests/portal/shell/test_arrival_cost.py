"""What an arrival asks of the database stays within tests/query_counts.json."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.portal.shell.test_arrival import typed

BUDGET = json.loads((Path(__file__).parents[2] / "query_counts.json").read_text())
DOORS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT set_config")


@pytest.fixture
def counted(client_for, manager, group):
    """Sends one request and says how many reads and writes it made, the doors' own statements aside."""
    client = client_for(manager)
    client.get("/aide/connexion/")

    def send(method: str, name: str, values: dict) -> int:
        address = reverse(
            f"shell:{name}", kwargs={"group_slug": group.slug, "establishment_id": group.first.pk}
        )
        with CaptureQueriesContext(connection) as captured:
            getattr(client, method)(address, values)
        return sum(not one["sql"].startswith(DOORS) for one in captured)

    return send


@pytest.fixture
def crowd(group):
    with tenant(group.id):
        for _ in range(30):
            AssignmentFactory(establishment=group.first)


@pytest.mark.parametrize(
    ("page", "method", "name", "values"),
    [
        ("arrival", "get", "arrival", {}),
        ("arrival search", "get", "arrival_search", {"qui": "Martin"}),
        ("arrival check", "post", "arrival_check", typed()),
        ("arrival POST, new person", "post", "arrival", typed()),
        ("arrival POST, refused", "post", "arrival", typed(sex="")),
    ],
)
def test_an_arrival_page_keeps_to_its_budget(counted, crowd, page, method, name, values):
    assert counted(method, name, values) <= BUDGET[page]
