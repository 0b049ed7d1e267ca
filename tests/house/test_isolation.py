"""Every route × every role × ids of a neighbouring site and of another group: 404 or 403, nothing read, nothing written.

Routes come from the URL tree and ids from `places.py`; a route with an id that no place has fails here, so that nothing
is skipped in silence.
"""

from collections import Counter
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from tests.house.places import SECRET, World, fingerprint, make_world
from tests.house.rooms import Route, routes

GROUP_ROUTES = [one for one in routes() if "group_slug" in one.arguments]
SHUT = {403, 404, 405}
FLOOR = {"address": 9, "query string": 9, "form": 9}  # at least one request per role and kind of input


@pytest.fixture
def world(db, settings) -> World:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    return make_world()


def _client(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _ids(route: Route) -> list[str]:
    return sorted(route.arguments - {"group_slug"})


def _address(route: Route, slug: str, ids: dict) -> str:
    return reverse(route.name, kwargs={"group_slug": slug, **{name: ids[name] for name in _ids(route)}})


def _foreign_addresses(route: Route, world: World, limited: bool):
    """Addresses that must stay shut: all of another group's, and ours with one foreign id in it."""
    yield _address(route, world.abroad.slug, world.abroad.ids)
    foreign = [world.abroad, world.next_door] if limited else [world.abroad]
    for place, name in product(foreign, _ids(route)):
        yield _address(route, world.home.slug, {**world.home.ids, name: place.ids[name]})


def _tries(client: Client, address: str, values: dict):
    yield client.get(address, values)
    yield client.get(address, values, headers={"HX-Request": "true"})
    yield client.post(address, values)


def _text(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


@pytest.mark.slow
@pytest.mark.parametrize("route", GROUP_ROUTES, ids=str)
def test_no_route_crosses_a_wall(route: Route, world: World, record_property):
    unknown = set(_ids(route)) - set(world.home.ids)
    assert not unknown, f"teach tests/house/places.py these ids: {unknown}"
    sent: Counter[str] = Counter()
    abroad = fingerprint(world.abroad.group_id)
    for role, user in world.users.items():
        client, limited = _client(user), role.endswith("of one site")
        ours = fingerprint(world.home.group_id)  # once signed in, which leaves a line
        for address in _foreign_addresses(route, world, limited):
            for response in _tries(client, address, {}):
                sent["address"] += 1
                assert response.status_code in SHUT, f"{role}: {address} answered {response.status_code}"
                assert SECRET not in _text(response), f"{role}: {address} tells a secret"
        assert fingerprint(world.home.group_id) == ours, f"{role}: a refused address wrote in the group"
        foreign = {**world.abroad.ids, "q": SECRET, "text": SECRET}
        hidden = SECRET if limited else f"{SECRET} AILLEURS"
        own = _address(route, world.home.slug, world.home.ids)
        for response in (client.get(own, foreign), client.get(own, foreign, headers={"HX-Request": "true"})):
            sent["query string"] += 1
            assert response.status_code < 500, f"{role}: {own} failed on a foreign id in its query string"
            told = _text(response).replace(f'value="{SECRET}"', "").replace(f"« {SECRET} »", "")
            assert hidden + " " not in told, f"{role}: {own} tells a secret"
        response = client.post(own, foreign)
        sent["form"] += 1
        assert response.status_code < 500, f"{role}: {own} failed on a foreign id in its form"
        assert f"{hidden} " not in _text(response), f"{role}: {own} tells a secret"
    assert fingerprint(world.abroad.group_id) == abroad, "something was written in another group"
    record_property("requests", dict(sent))
    assert all(sent[kind] >= least for kind, least in FLOOR.items()), f"too few requests: {sent}"


@pytest.mark.parametrize("route", GROUP_ROUTES, ids=str)
def test_the_door_opens_to_somebody(route: Route, world: World):
    """The ids are good: an administrator at home is not told 404, so that the 404 above mean the wall."""
    response = _client(world.users["group_admin"]).get(_address(route, world.home.slug, world.home.ids))
    assert response.status_code in {200, 204, 302, 405}, f"{route} answered {response.status_code}"


@pytest.mark.parametrize("route", GROUP_ROUTES, ids=str)
def test_a_stranger_and_an_anonymous_see_nothing(route: Route, world: World, operator_user):
    address = _address(route, world.home.slug, world.home.ids)
    for method in ("get", "post"):
        assert getattr(_client(operator_user), method)(address).status_code == 404
        answer = getattr(Client(), method)(address)
        assert answer.status_code in {302, 401, 403}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/compte/")
