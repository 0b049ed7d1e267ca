"""The stand-in gives anyone any identity: it never starts beside production."""

import os
import subprocess
import sys

import pytest

from portal.sandbox.guard import refusal
from tests.services import ROOT

LOCAL = {"DJANGO_SETTINGS_MODULE": "portal.settings.local"}


def test_starts_beside_the_demo_and_the_tests():
    assert refusal(LOCAL) is None
    assert refusal({"DJANGO_SETTINGS_MODULE": "portal.settings.test"}) is None


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DJANGO_SETTINGS_MODULE": "portal.settings.production"},
        {"DJANGO_SETTINGS_MODULE": "clients.settings"},
        LOCAL | {"TLS_TERMINATION": "proxy"},
        LOCAL | {"PUBLIC_URL": "https://portail.example.org"},
    ],
)
def test_refuses_whatever_may_be_production(environment):
    assert "bac à sable" in str(refusal(environment))


@pytest.mark.slow
@pytest.mark.parametrize("settings", ["portal.settings.production", None])
def test_the_program_says_why_and_stops(settings):
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "portal.sandbox", "--port", "0"],
        cwd=ROOT,
        env=environment | ({"DJANGO_SETTINGS_MODULE": settings} if settings else {}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "DJANGO_SETTINGS_MODULE=portal.settings.local" in done.stderr
    assert done.stdout == ""


def test_the_product_does_not_name_it_among_its_applications(settings):
    assert [one for one in settings.INSTALLED_APPS if "sandbox" in one] == []
