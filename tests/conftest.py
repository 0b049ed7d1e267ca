"""What every test stands on: real PostgreSQL under the application's own role, real broker, no outside network."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings

from portal.settings.broker import broker_url
from portal.settings.postgresql import database
from tests.emptying import empty_tables
from tests.services import TestServices

pytest_plugins = ["tests.fixtures", "tests.durations", "tests.house.requests_sent", "tests.sandbox"]

# A busy machine is no reason for a property to be false.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

_services = pytest.StashKey[TestServices]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Starts the servers before the first test module is read, and names them to Django, Celery and subprocesses."""
    services = TestServices()
    services.open()
    config.stash[_services] = services
    config.add_cleanup(services.close)
    if not _is_controller(config):
        services.take_slot()
        _point_django_at(services)


def _is_controller(config: pytest.Config) -> bool:
    """With xdist the main process runs no test."""
    return not hasattr(config, "workerinput") and bool(config.getoption("numprocesses", None))


def _point_django_at(services: TestServices) -> None:
    """In place: pytest-django loaded the settings before this file, nothing has connected yet."""
    patch = pytest.MonkeyPatch()
    for name, value in services.environment().items():
        patch.setenv(name, value)
    addresses = services.environment()
    for alias, url in (("default", "DATABASE_URL"), ("owner", "DATABASE_OWNER_URL")):
        settings.DATABASES[alias].update(database(addresses[url]), CONN_MAX_AGE=0)
        settings.DATABASES[alias]["TEST"] = {"MIRROR": None}
    settings.REDIS_URL = addresses["REDIS_URL"]
    for cache in settings.CACHES.values():
        cache["LOCATION"] = addresses["REDIS_URL"]
    settings.CELERY_BROKER_URL = broker_url(addresses["REDIS_URL"])


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> TestServices:
    """The servers of this run: addresses, a superuser's connection, the pid of each."""
    return request.config.stash[_services]


@pytest.fixture(scope="session")
def django_db_setup(
    services: TestServices, django_test_environment: None, django_db_blocker
) -> Iterator[None]:
    """The database is there already (a copy of the migrated template): only the emptying is ours."""
    from django.db import connections
    from django.test import TransactionTestCase

    empty = empty_tables(services)
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty())
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and sessions of one test never reach the next."""
    yield
    if (
        "db" in request.fixturenames
        or "transactional_db" in request.fixturenames
        or "client" in request.fixturenames
    ):
        from django.core.cache import cache

        cache.clear()
