"""The API answers as its OpenAPI description says, whatever it is sent: schemathesis, in this process."""

import json
from types import SimpleNamespace

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from portal.foundation.tenancy import tenant
from tests.factories.api_keys import make_key
from tests.factories.hr_imports import SourceFactory, deposit, hr_line
from tests.fixtures import make_group

ADDRESS = "/api/v1/openapi.json"
EXAMPLES = 15
WORKBOOKS = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
]
# Lenient where the description is narrow (an option that nobody declared is left alone), strict where it cannot say why
# (a list of rows of the right shape may lack a column, a day may be one to come).
ASIDE = [negative_data_rejection, unsupported_method]
MEANING = {"push_rows": [positive_data_acceptance]}


def test_the_description_is_openapi_3_1_and_knows_every_route(db):
    from tests.house.rooms import routes

    told = Client().get(ADDRESS).json()
    assert told["openapi"].startswith("3.1")
    paths = {
        "/" + one.pattern.replace("<uuid:", "{").replace(">", "}")
        for one in routes()
        if one.view_door.startswith("key: ")
    }
    assert set(told["paths"]) == paths
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"key": []}], path
            assert {"401", "403", "404", "429"} <= set(operation["responses"]), f"{method} {path}"
            assert operation["description"].endswith("."), "said in French"
    assert "SECRET" not in json.dumps(told)


_portal = get_wsgi_application()


def _from_this_machine(environ, start_response):
    """Schemathesis calls without an address, which a server always gives."""
    return _portal({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)


schemathesis.serializer.alias(WORKBOOKS, "application/octet-stream")
schema = schemathesis.openapi.from_wsgi(ADDRESS, _from_this_machine)
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture
def world(transactional_db, settings) -> SimpleNamespace:
    """Committed: each call here ends its connection, as a server's does."""
    settings.API_RATES = dict.fromkeys(settings.API_RATES, (10**6, 60))
    group = make_group()
    with tenant(group.id):
        source = SourceFactory()
        run = deposit(source, hr_line(group.first))
        return SimpleNamespace(
            ids={"source_id": str(source.pk), "run_id": str(run.pk)}, headers=make_key().headers
        )


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False], ids=["good ids", "any ids"])
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_described(case, world, known):
    if known:
        case.path_parameters = {
            **(case.path_parameters or {}),
            **{name: world.ids[name] for name in case.path_parameters or {}},
        }
    aside = ASIDE + MEANING.get(case.operation.definition.raw["operationId"], [])
    aside += [] if known else [missing_required_header]  # the wall first: 404, whatever else is missing
    case.call_and_validate(headers=world.headers, excluded_checks=aside)
