"""Sign-in pages: ours, in French, with one title and one main part."""

import re

import pytest
from django.test import Client
from django.urls import reverse

OUTSIDE = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_signup",
    "shell:sign_in_help",
]
OWN = [
    "account_change_password",
    "mfa_index",
    "account_logout",
    "mfa_list_webauthn",
    "account_reauthenticate",
]


def assert_ours(html: str) -> None:
    assert '<html lang="fr">' in html
    assert len(re.findall(r"<h1\b", html)) == 1
    assert len(re.findall(r"<main\b", html)) == 1
    assert re.search(r"<title>[^<]+ · Trousseau</title>", html)
    assert not re.search(r"\b(Sign In|Password|Menu:|Two-Factor|Security Key)\b", html)
    assert not re.search(r'\sstyle="', html)


@pytest.mark.parametrize("name", OUTSIDE)
def test_page_outside_of_a_session_is_ours(db, name):
    answer = Client().get(reverse(name))
    assert answer.status_code == 200
    assert_ours(answer.content.decode())


@pytest.mark.parametrize("name", OWN)
def test_page_of_the_account_is_ours(manager, client_for, name):
    answer = client_for(manager).get(reverse(name))
    assert answer.status_code == 200
    assert_ours(answer.content.decode())


def test_signing_in_offers_the_key_and_the_way_out(db):
    html = Client().get(reverse("account_login")).content.decode()
    assert "Se connecter avec une clé ou un appareil" in html
    assert "Problème de connexion ?" in html
    assert 'data-allauth-onload="allauth.webauthn.forms.loginForm"' in html


def test_a_wrong_password_keeps_the_address_typed(db):
    typed = {"login": "personne@tilleuls.example", "password": "non"}
    html = Client().post(reverse("account_login"), typed).content.decode()
    assert 'value="personne@tilleuls.example"' in html
    assert "À corriger avant de continuer" in html
    assert "<title>Erreur : " in html
