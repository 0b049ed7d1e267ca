"""Addresses filled in as text are those that Django reverses."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from portal.foundation.addresses import address

GROUP = {"group_slug": "rives"}
SITE = GROUP | {"establishment_id": uuid4()}


@pytest.mark.parametrize(
    ("route", "values"),
    [
        ("shell:home", {}),
        ("shell:group_home", GROUP),
        ("shell:site_home", SITE),
        ("shell:person", GROUP | {"person_id": uuid4()}),
        ("shell:person", SITE | {"person_id": uuid4()}),
        ("assignments:depart", {"assignment_id": uuid4(), **SITE}),
    ],
)
def test_an_address_is_what_django_reverses(route, values):
    assert address(route, **values) == reverse(route, kwargs=values)
    assert address(route, **values) == reverse(route, kwargs=values)  # from the pattern kept


def test_a_portal_under_a_prefix_keeps_it():
    try:
        set_script_prefix("/por%C3%A9tail/")
        assert address("shell:group_home", **GROUP) == reverse("shell:group_home", kwargs=GROUP)
    finally:
        set_script_prefix("/")


def test_an_unknown_name_is_refused():
    with pytest.raises(NoReverseMatch):
        address("shell:group_home", group="rives")
