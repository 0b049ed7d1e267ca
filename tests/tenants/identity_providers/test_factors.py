"""What amr and acr prove under a group's rules, and which rules a group may write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.errors import DomainError
from tenants.identity_providers.factors import KNOWN_VALUES, PRESETS, is_two_factors, verdict
from tenants.identity_providers.rules import check_domains, check_factor_rules, check_issuer, check_label

RULES = [["mfa"], ["pwd", "okta_verify"], ["sc", "pin"]]
SOURCE = "Le niveau 2 du royaume demande le mot de passe puis une clé."


@pytest.mark.parametrize(
    ("claims", "because"),
    [
        (
            {"amr": ["swk", "mfa", "pwd", "okta_verify"]},
            "amr mfa",
        ),  # domain/psc-psi.md, FI Tiers, « substantiel »
        ({"amr": ["sc", "pin", "hwk"]}, "amr sc + pin"),
        ({"amr": ["okta_verify", "pwd"]}, "amr pwd + okta_verify"),
        ({"amr": ["mfa", "zz_nouveau"]}, "amr mfa"),
        ({"acr": "2"}, "acr 2"),
        ({"acr": 2, "amr": ["pwd"]}, "acr 2"),
    ],
)
def test_two_factors_are_proved(claims, because):
    found = verdict(claims, RULES, ["2"])
    assert (found.proved, found.because) == (True, because)


@pytest.mark.parametrize(
    ("claims", "code", "words"),
    [
        ({}, "rien-recu", "ne dit rien"),
        ({"amr": []}, "rien-recu", "ne dit rien"),
        ({"amr": ["pwd"]}, "un-seul-facteur", "« mot de passe » (pwd) : c'est un seul facteur"),
        ({"amr": ["pwd", "pin"]}, "un-seul-facteur", "un seul facteur"),
        ({"amr": ["rsa"]}, "un-seul-facteur", "un seul facteur"),
        ({"amr": ["wia"]}, "un-seul-facteur", "session Windows"),
        ({"amr": ["wiaormfa"]}, "un-seul-facteur", "session Windows ou"),
        ({"amr": ["pwd", "zz_nouveau"]}, "valeur-inconnue", "« zz_nouveau » n'est pas dans les règles"),
        ({"amr": ["pwd", "sms"]}, "hors-regles", "n'acceptent pas"),
        ({"amr": "pwd mfa"}, "amr-illisible", "pas une liste"),
        ({"amr": {"mfa": True}}, "amr-illisible", "pas une liste"),
        ({"acr": "1"}, "niveau-trop-bas", "niveau 1"),
        ({"acr": True}, "rien-recu", "ne dit rien"),
        ({"amr": [["mfa"]]}, "rien-recu", "ne dit rien"),
    ],
)
def test_less_is_refused_in_words(claims, code, words):
    found = verdict(claims, RULES, ["2"])
    assert (found.proved, found.code) == (False, code)
    assert words in found.words


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["amr", "acr"]),
        st.recursive(st.text() | st.none() | st.integers() | st.booleans(), st.lists),
    )
)
def test_whatever_comes_is_refused_in_few_plain_words(claims):
    found = verdict(claims, [["regle", "jamais", "dite"]], [])
    assert not found.proved
    assert len(found.received) <= 200
    assert not set("<>{}\x00\n") & set(found.received + found.words)


def test_every_known_value_says_where_it_comes_from():
    assert all(one.source and one.label for one in KNOWN_VALUES.values())
    assert {one.source for one in KNOWN_VALUES.values()} == {"RFC 8176", "Okta", "Microsoft Entra"}


@pytest.mark.parametrize("kind", PRESETS)
def test_what_is_proposed_may_be_written(kind):
    preset = PRESETS[kind]
    check_factor_rules(preset.amr, preset.acr, SOURCE)
    assert all(is_two_factors(one) for one in preset.amr)


@pytest.mark.parametrize(
    "values", [["pwd"], ["otp"], ["pwd", "pin"], ["hwk", "swk"], ["user", "pwd"], ["wiaormfa"], ["fed"]]
)
def test_a_combination_known_to_be_one_factor_is_not_a_rule(values):
    with pytest.raises(DomainError, match="One factor"):
        check_factor_rules([values], [], SOURCE)


@pytest.mark.parametrize(("amr", "acr"), [([["duo_push", "pwd"]], []), ([], ["2"])])
def test_words_of_no_text_need_their_source(amr, acr):
    with pytest.raises(DomainError, match="No evidence"):
        check_factor_rules(amr, acr, "on m'a dit")
    check_factor_rules(amr, acr, SOURCE)


def test_a_door_without_rule_lets_nobody_in():
    with pytest.raises(DomainError, match="No rule"):
        check_factor_rules([], [], "")


@pytest.mark.parametrize("values", [["mfa pwd"], ["<b>"], ["x" * 101]])
def test_odd_values_are_not_written(values):
    with pytest.raises(DomainError, match="Odd value"):
        check_factor_rules([values], [], SOURCE)


@pytest.mark.parametrize("domain", ["gmail.com", "orange.fr"])
def test_a_public_mail_service_is_no_domain_of_a_group(domain):
    with pytest.raises(DomainError, match="Public domain"):
        check_domains(["fondation.example", domain])


@pytest.mark.parametrize(
    "domain", ["", "fondation", "@fondation.example", "fondation .example", "-a.example", "a..example"]
)
def test_what_is_not_a_domain_is_refused(domain):
    with pytest.raises(DomainError):
        check_domains([domain])


@pytest.mark.parametrize(
    "issuer",
    [
        "http://connexion.example", "ftp://connexion.example", "connexion.example", "https://", "https://a:b@connexion.example",
        "https://connexion.example/#x", "https://connexion.example/?x=1", "https://[::1", "https://connexion.example:port/",
    ],
)  # fmt: skip
def test_what_is_not_an_https_address_is_refused(issuer):
    with pytest.raises(DomainError):
        check_issuer(issuer)


def test_no_group_takes_the_name_of_pro_sante_connect():
    for label in ("Pro Santé Connect", "PRO SANTE  CONNECT", "la pro-santé-connect du groupe"):
        with pytest.raises(DomainError, match="national door"):
            check_label(label)
    check_label("le compte de la Fondation")
