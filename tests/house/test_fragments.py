"""What htmx puts in a page is what the page shows when it is opened again."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.house.crowd import Crowd
from tests.house.rooms import routes

pytestmark = pytest.mark.slow
SITE, GROUP = True, False
# Where, the route that answers the fragment, the page that holds it, the id of the element it fills, what is typed.
PLACES = [
    (SITE, "people:search", "people:search", "results", {"q": "fictif"}),
    (SITE, "people:search", "people:search", "results", {}),
    (GROUP, "people:search", "people:search", "results", {"q": "fictif"}),
    (GROUP, "people:search", "people:search", "results", {"q": "personne de ce nom"}),
    (SITE, "shell:arrival_search", "shell:arrival", "who", {"qui": "fictif"}),
    (SITE, "shell:arrival_search", "shell:arrival", "who", {"qui": "VASSEUR Lou"}),
]
BY_HTMX = {"HX-Request": "true"}
# Answer less to htmx and are compared below or in a browser.
FRAGMENTS = {"people:search", "shell:arrival_search", "people:birth_places", "registrations:batch"}


@pytest.fixture
def crowd(db) -> Crowd:
    one = Crowd()
    one.grow(3)
    return one


@pytest.fixture
def client(crowd, client_for) -> Client:
    return client_for(crowd.administrator)


def inside(html: str, identifier: str) -> str:
    """What stands in the element of that id, spaces folded."""
    start = re.search(rf'<div[^>]*\bid="{identifier}"[^>]*>', html)
    assert start, f"no element {identifier}"
    depth = 1
    for tag in re.finditer(r"<(/?)div\b[^>]*>", html[start.end() :]):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return folded(html[start.end() : start.end() + tag.start()])
    raise AssertionError(f"{identifier} is never closed")


def folded(html: str) -> str:
    return re.sub(r"\s+", " ", html).strip()


@pytest.mark.parametrize(("of_site", "fragment", "page", "identifier", "typed"), PLACES)
def test_a_fragment_is_the_part_of_the_page(crowd, client, of_site, fragment, page, identifier, typed):
    where = {"group_slug": crowd.group.slug, **({"establishment_id": crowd.site.pk} if of_site else {})}
    put = client.get(reverse(fragment, kwargs=where), typed, headers=BY_HTMX)
    opened = client.get(reverse(page, kwargs=where), typed)
    assert "<html" not in put.text
    assert folded(put.text) == inside(opened.text, identifier)


def test_lines_corrected_in_place_are_those_of_the_page_opened_again(crowd, client):
    address = reverse("shell:arrival_batch", args=[crowd.group.slug, crowd.site.pk])
    pasted = "Fictif\tCamille\t12/03/1985\tF\tBourg-en-Bresse\t\tAS\t\t3 jours\nVasseur\tLou\t31/06/1980"
    client.post(address, {"action": "paste", "pasted": pasted})
    key = re.search(r'name="key" value="([^"]+)"', client.get(address).text)[1]
    put = client.post(address, {"action": "check", "key": key}, headers=BY_HTMX)
    assert "<html" not in put.text
    assert inside(put.text, "lines") == inside(client.get(address).text, "lines")


def test_the_progress_of_a_sending_is_that_of_the_page_opened_again(crowd, client):
    address = reverse("registrations:batch", args=[crowd.group.slug, crowd.request["batch_id"]])
    put = client.get(address, headers=BY_HTMX)
    assert "<html" not in put.text
    assert inside(put.text, "progress") == inside(client.get(address).text, "progress")


def test_every_page_that_answers_less_to_htmx_is_compared(crowd, client):
    names = crowd.names()
    found = set()
    for route in (one for one in routes() if "group_slug" in one.arguments):
        answer = client.get(next(names.addresses(route)), headers=BY_HTMX)
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code == 200 and is_html and "<html" not in answer.text:
            found.add(route.name)
    assert found <= FRAGMENTS, f"compare these with their page: {found - FRAGMENTS}"
