"""Passwords are weighed as the RIE asks: 50 bits by the cheapest guess, said as it is typed, never echoed nor logged."""

import logging
import secrets
import string

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tenants.memberships.links import invitation_token
from tenants.memberships.models import User
from tenants.memberships.passwords import EntropyValidator, strength_of
from tests.factories.memberships import PASSWORD, InvitationFactory
from tests.fixtures import make_group

CLAIRE = User(full_name="Claire Le Goff-Delorme", email="c.legoff@tilleuls.example")
ADDRESS = "/compte/mot-de-passe/solidite/"


@pytest.mark.parametrize(
    "password",
    [
        "kT7mQ2xW",  # the RIE's own examples: 8 characters of 3 kinds, 5 words, 15 digits
        "kT7m!2xW",
        "girouette plinthe osier bambou clavier",
        "493027561839402",
        "Xk9#vR2$mLq8",
        "b7f3a9c2e1d4",
        "Tisane-verte-7-marguerites",
    ],
)
def test_strong_passwords_pass(password):
    EntropyValidator().validate(password, CLAIRE)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("password", "parmi les plus utilisés"),
        ("P@ssw0rd1", "parmi les plus utilisés"),
        ("azerty123", "parmi les plus utilisés"),
        ("azertyuiopqsdfghjklm", "suites"),
        ("123456789012345", "suites"),
        ("222222222222222", "répétitions"),
        ("aB1!aB1!aB1!aB1!", "Ajoutez"),
        ("ClaireDelorme2026!", "Retirez votre nom"),
        ("c.legoff@tilleuls", "Retirez votre nom"),
        ("Trousseau-2026-Trousseau", "nom du portail"),
        ("Motdepasse2024!", "parmi les plus utilisés"),
        ("correcthorsebatterystaple", "Ajoutez"),
        ("soleil plage", "Ajoutez"),
        ("12/03/1985", "Ajoutez"),
        ("kqxvtzbn", "Ajoutez"),
    ],
)
def test_weak_passwords_are_refused_with_what_to_do(password, said):
    with pytest.raises(ValidationError) as refused:
        EntropyValidator().validate(password, CLAIRE)
    assert said in refused.value.messages[0]


def test_nothing_typed_is_worth_nothing():
    assert strength_of("").bits == 0


def test_random_passwords_of_twelve_pass():
    letters = string.ascii_letters + string.digits
    drawn = ["".join(secrets.choice(letters) for _ in range(12)) for _ in range(300)]
    refused = [one for one in drawn if not strength_of(one).is_enough]
    assert len(refused) < 9, "one in three hundred looks like words by chance"


@pytest.mark.slow
@given(st.text(max_size=40), st.text(max_size=3))
def test_a_longer_password_is_hardly_weaker(password, more):
    assert strength_of(password + more).bits >= strength_of(password).bits - 8


@given(st.text(max_size=200))
def test_any_text_is_weighed(password):
    found = strength_of(password, CLAIRE)
    assert 0 <= found.bits <= 100
    assert password[:200] not in found.advice or len(password) < 4


def test_says_at_each_key_what_is_missing(db):
    weak = Client().post(ADDRESS, {"password1": "soleil plinthe"})
    assert "Trop faible" in weak.text
    assert "Ajoutez" in weak.text
    strong = Client().post(ADDRESS, {"password1": "girouette plinthe osier bambou clavier"})
    assert "Assez solide" in strong.text


def test_knows_the_name_of_whoever_is_invited(db):
    invitation = InvitationFactory(
        membership__group_id=make_group().id, membership__user__full_name="Ondine Quartz"
    )
    typed = {"password1": "ondine quartz osier bambou", "invitation": invitation_token(invitation.pk)}
    assert "Retirez votre nom" in Client().post(ADDRESS, typed).text
    assert "Retirez votre nom" not in Client().post(ADDRESS, {**typed, "invitation": "faux"}).text


def test_never_echoes_nor_logs_the_password(db, caplog, client):
    with caplog.at_level(logging.DEBUG):
        answer = client.post(ADDRESS, {"password1": "secret-jamais-redit"})
    assert "jamais-redit" not in answer.text
    assert "jamais-redit" not in caplog.text
    assert client.get(ADDRESS).status_code == 405
    assert "jamais" not in str(client.session.items())


def test_is_limited(db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"password_strength": "3/m/ip"}
    answers = [Client().post(ADDRESS, {"password1": "a"}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_the_box_of_every_new_password_asks_as_it_is_typed(administrator, client_for, group):
    client = client_for(administrator)
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    invitation = InvitationFactory(membership__group_id=group.id)
    pages = [
        client.get("/compte/password/change/"),
        Client().get(f"/compte/invitation/{invitation_token(invitation.pk)}/"),
    ]
    for page in pages:
        assert f'hx-post="{ADDRESS}"' in page.text
        assert 'id="id_password1-strength"' in page.text
