"""Every route of software × every wrong key × ids of another group: refused, nothing read, nothing written.

Routes come from the URL tree and ids from `places.py`, as in test_isolation.py.
"""

from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from tenants.api_keys.operations import revoke_key
from tests.factories.api_keys import GIVER, change_key, make_key
from tests.house.places import SECRET, fingerprint, make_world
from tests.house.rooms import Route, routes

KEY_ROUTES = [one for one in routes() if one.view_door.startswith("key: ")]
METHODS = ("get", "post", "put", "patch", "delete")
HEADERS = {"Idempotency-Key": "isolement"}
BODY = f'{{"rows": [{{"birth_name": "{SECRET}"}}]}}'


@pytest.fixture
def world(db, settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    settings.API_RATES = dict.fromkeys(settings.API_RATES, (10000, 60))
    return make_world()


def _ids(route: Route) -> list[str]:
    return sorted(route.arguments)


def _address(route: Route, ids: dict) -> str:
    return reverse(route.name, kwargs={name: ids[name] for name in _ids(route)})


def _answers(client: Client, address: str):
    for method in METHODS:
        if method == "get":
            yield client.get(address)
        else:
            yield getattr(client, method)(address, BODY, content_type="application/json", headers=HEADERS)


def _shut_keys(group_id) -> dict[str, dict[str, str]]:
    """Headers that open nothing, by what is wrong with them."""
    with tenant(group_id):
        expired, revoked, scopeless = make_key(), make_key(), make_key()
        change_key(expired, expires_on=today().replace(year=2020))
        change_key(scopeless, scopes=["other"])
        revoke_key(actor=GIVER, key=revoked.row)
    keys = {"expired": expired, "revoked": revoked, "without its scope": scopeless}
    return {"without a key": {}, **{name: one.headers for name, one in keys.items()}}


@pytest.mark.slow
@pytest.mark.parametrize("route", KEY_ROUTES, ids=str)
def test_no_key_crosses_a_wall(route: Route, world):
    with tenant(world.home.group_id):
        ours = make_key()
        limited = make_key(limited_to=[world.home.ids["source_id"]])
    abroad = fingerprint(world.abroad.group_id)
    tried = [(Client(headers=ours.headers), world.abroad)]
    tried += [(Client(headers=limited.headers), one) for one in (world.abroad, world.next_door)]
    for (client, place), name in product(tried, _ids(route)):
        for answer in _answers(client, _address(route, {**world.home.ids, name: place.ids[name]})):
            assert answer.status_code in {404, 405}, f"{answer.request['PATH_INFO']}: {answer.status_code}"
            assert SECRET not in answer.text
    for answer in _answers(Client(headers=ours.headers), _address(route, world.home.ids)):
        assert f"{SECRET} AILLEURS" not in answer.text
    assert fingerprint(world.abroad.group_id) == abroad, "something was written in another group"


@pytest.mark.slow
@pytest.mark.parametrize("route", KEY_ROUTES, ids=str)
def test_nothing_opens_without_a_good_key(route: Route, world):
    shut = _shut_keys(world.home.group_id)
    address, person = _address(route, world.home.ids), Client()
    person.force_login(world.users["group_admin"])
    clients = {name: Client(headers=headers) for name, headers in shut.items()} | {"a session": person}
    for name, client in clients.items():
        for answer in _answers(client, address):
            assert answer.status_code == (403 if name == "without its scope" else 401), (
                f"{name}: {answer.status_code}"
            )
            assert answer["Content-Type"] == "application/problem+json"
            assert "permis" not in answer.text.replace("permet", "")


@pytest.mark.parametrize("route", KEY_ROUTES, ids=str)
def test_a_good_key_opens(route: Route, world):
    """The ids are good: the 404 above mean the wall."""
    with tenant(world.home.group_id):
        client = Client(headers=make_key().headers)
    assert client.get(_address(route, world.home.ids)).status_code in {200, 405}


def test_the_api_has_routes():
    assert len(KEY_ROUTES) >= 7
