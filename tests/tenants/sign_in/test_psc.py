"""Pro Santé Connect over real HTTP, against the sandbox: what is sent, and who enters."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tenants.memberships.models import User
from tenants.sign_in.queries import links_of
from tests.factories.memberships import DoorOnlyUserFactory, MembershipFactory
from tests.fixtures import make_group
from tests.tenants.sign_in.conftest import lines

NURSE = "maelle-kergoat"


def test_what_is_asked_of_pro_sante_connect(psc):
    sent = {name: values[0] for name, values in parse_qs(urlsplit(psc.leave()).query).items()}
    assert sent["scope"] == "openid scope_all"
    assert sent["acr_values"] == "eidas1"
    assert sent["code_challenge_method"] == "S256"
    assert sent["redirect_uri"] == "http://localhost:8000/connexion/psc/retour/"
    assert len(sent["state"]) >= 32
    assert len(sent["nonce"]) >= 32


def test_one_callback_for_all_groups(psc, group):
    sent = parse_qs(urlsplit(psc.leave(f"?next=/g/{group.slug}/")).query)
    assert sent["redirect_uri"] == ["http://localhost:8000/connexion/psc/retour/"]


def test_a_linked_professional_enters_and_lands_where_they_wanted(psc, nurse, group):
    answer = psc.come(NURSE, f"?next=/g/{group.slug}/droits/")
    assert answer["Location"] == f"/g/{group.slug}/droits/"
    assert psc.client.get(answer["Location"]).status_code == 200
    assert f"Connexion de {nurse.full_name} : Pro Santé Connect, niveau eidas3, CARD." in lines(group.id)


def test_no_second_factor_of_ours_is_asked(psc, nurse, group):
    psc.come(NURSE)
    assert psc.client.get(f"/g/{group.slug}/").status_code == 200


def test_another_site_is_never_the_page_to_come_back_to(psc, nurse):
    assert psc.come(NURSE, "?next=https://ailleurs.example/")["Location"] == "/"


def test_no_token_reaches_the_browser(psc, nurse):
    answer = psc.come(NURSE)
    page = psc.client.get(answer["Location"], follow=True)
    shown = str(answer.headers) + page.text + str(psc.client.cookies)
    assert "eyJ" not in shown
    assert psc.client.session["psc_id_token"].startswith("eyJ")  # on the server, sealed: to sign out with


def test_a_closed_account_is_refused_in_words(psc, nurse):
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    answer = psc.come(NURSE)
    assert (answer.status_code, psc.signed_in) == (403, False)
    assert "est fermé" in unescape(answer.text)


def test_a_session_stops_with_its_account(psc, nurse, group):
    psc.come(NURSE)
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert psc.client.get(f"/g/{group.slug}/").status_code == 302


def test_an_unknown_professional_is_told_what_to_do(psc):
    answer = psc.come("yann-le-goff")
    page = psc.client.get(answer["Location"])
    assert (page.status_code, psc.signed_in) == (200, False)
    assert "YANN LE GOFF" in unescape(page.text)
    assert "Me connecter et relier" in unescape(page.text)
    assert "Demandez à l'administrateur de votre groupe" in unescape(page.text)


def test_an_answer_that_names_nobody_is_refused_in_words(psc):
    answer = psc.come("personne")
    assert (answer.status_code, psc.signed_in) == (403, False)
    assert "n'a donné aucun identifiant" in unescape(answer.text)


def test_an_address_alone_never_opens_an_account(psc, administrator):
    """No e-mail claim is read, even if one came."""
    User.objects.filter(pk=administrator.pk).update(email="yann.legoff@exemple.invalid")
    psc.come("yann-le-goff")
    assert not psc.signed_in


EVERYBODY = [
    "helene-morin", "claire-delorme", "karim-benali", "sophie-marchand", NURSE, "fatou-diarra", "nadia-roche",
    "paul-vidal", "anne-lecteur", "fatou-diarra-avant", "oceane-baron", "marc-duval", "alice-nguyen", "jeanne-petit",
    "hugo-lambert", "eva-simon", "tom-girard", "lina-masson", "ada-moulin", "remi-pasquier", "bruno-carre",
    "rita-costa", "ines-pereira", "luc-perrin", "sami-haddad", "odile-perret", "noe-gauthier", "zoe-renard",
    "ali-mansour",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("persona", EVERYBODY)
def test_every_shape_of_answer_signs_in(psc, persona):
    """Minimal, odd, old and new answers alike; the account is found again the second time."""
    user = MembershipFactory(group_id=make_group().id, user=DoorOnlyUserFactory()).user
    psc.link(user, persona)
    assert psc.come(persona).status_code == 302
    assert psc.client.session["_auth_user_id"] == str(user.pk)


def test_the_list_of_shapes_is_whole(psc):
    assert sorted({one["slug"] for one in psc.sandbox.people()} - {"yann-le-goff", "personne"}) == sorted(
        EVERYBODY
    )


def test_the_psi_identity_of_a_merge_opens_the_account_of_the_rpps(psc, group):
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory()).user
    psc.link(user, "fatou-diarra-avant")
    psc.come("fatou-diarra")
    assert psc.client.session["_auth_user_id"] == str(user.pk)
    assert {one.kind for one in links_of(user)} == {"rpps", "psi"}
