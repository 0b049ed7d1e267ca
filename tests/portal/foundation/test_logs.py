"""Nothing personal in a log line."""

import json
import logging

import pytest

from portal.foundation.logs import without_values
from tests.factories.people import PersonFactory


def test_a_database_error_loses_the_row_it_quotes():
    trace = 'psycopg.errors.UniqueViolation: duplicate key\nDETAIL:  Key (value)=(MARTIN Jeanne) already exists.\n'
    told = without_values(None, "error", {"exception": trace})["exception"]
    assert "UniqueViolation" in told
    assert "MARTIN" not in told


def test_an_address_loses_its_query_string():
    told = without_values(None, "info", {"event": "Not Found: /g/rives/recherche/?q=MARTIN"})["event"]
    assert told == "Not Found: /g/rives/recherche/?…"


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_and_id(group, administrator, client_for, capsys, settings):
    from portal.foundation.tenancy import tenant

    with tenant(group.id):
        PersonFactory(birth_name="SECRETE")
    stream = logging.StreamHandler()
    stream.setFormatter(logging.getLogger().handlers[0].formatter or logging.Formatter("%(message)s"))
    lines: list[str] = []
    stream.emit = lambda record: lines.append(json.dumps(record.msg, default=str))  # type: ignore[method-assign]
    logger = logging.getLogger("requests")
    logger.addHandler(stream)
    logger.setLevel(logging.INFO)
    try:
        answer = client_for(administrator).get(f"/g/{group.slug}/recherche/?q=SECRETE")
    finally:
        logger.removeHandler(stream)
    assert "SECRETE" not in "".join(lines)
    assert "recherche/" in "".join(lines)
    assert answer["X-Request-ID"] in "".join(lines)
