"""Refusals: French pages for people, JSON for machines, never a traceback."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as product_urls

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def forbidden_view(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken_view(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret detail")


urlpatterns = [path("interdit/", forbidden_view), path("panne/", broken_view), *product_urls]


@pytest.fixture
def client(db) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nulle-part/", 404, "Cette page n&#x27;existe pas"),
        ("/interdit/", 403, "Cette page ne vous est pas ouverte"),
        ("/panne/", 500, "Le portail a rencontré une panne"),
    ],
)
class TestRefusal:
    def test_is_a_french_page_with_a_way_out(self, client, address, status, words):
        answer = client.get(address)
        html = answer.content.decode()
        assert answer.status_code == status
        assert words in html
        assert html.count("<h1") == 1
        assert "Revenir à l'accueil" in html
        assert "secret detail" not in html
        assert "Traceback" not in html

    def test_is_json_for_a_machine(self, client, address, status, words):
        answer = client.get(address, headers={"Accept": "application/json"})
        assert answer.status_code == status
        assert answer.json()["error"]["code"] in {"not_found", "forbidden", "server_error"}
        assert "secret detail" not in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_breakdown_gives_a_reference_to_quote(client):
    answer = client.get("/panne/")
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_form_left_open_too_long_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/compte/login/", {"login": "a@b.example"})
    assert answer.status_code == 403
    assert "restée ouverte trop longtemps" in answer.content.decode()
