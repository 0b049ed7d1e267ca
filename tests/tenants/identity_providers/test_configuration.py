"""« Connexion du groupe »: described, tried, opened, suspended, by an administrator of that group and nobody else."""

from html import unescape

import pytest
from django.test import Client

from portal.foundation.secrets import decrypt
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.identity_providers.models import FactorRefusal, IdentityProvider, RoleMapping
from tenants.identity_providers.oidc.examination import examine, is_sound
from tenants.memberships.models import User
from tests.factories.identity_providers import IdentityProviderFactory
from tests.factories.memberships import DoorOnlyUserFactory, MembershipFactory
from tests.fixtures import make_group

CLAIRE = "claire-okta"
TYPED = {
    "label": "le compte de la Fondation",
    "kind": "okta",
    "issuer": "https://fondation.okta.example",
    "client_id": "trousseau",
    "secret": "un-secret-bien-garde",
    "domains": "fondation.example\n@Siege.Fondation.Example",
    "amr_proofs": "mfa\npwd + okta_verify",
}


@pytest.fixture
def page(group) -> str:
    return f"/g/{group.slug}/connexion/"


@pytest.fixture
def admin(administrator, client_for) -> Client:
    return client_for(administrator)


def stored(group) -> IdentityProvider:
    with tenant(group.id):
        return IdentityProvider.objects.get()


def sentences(group) -> list[str]:
    with tenant(group.id):
        return list(Line.objects.order_by("at", "number").values_list("sentence", flat=True))


def test_an_administrator_describes_the_provider(admin, group, page):
    assert "Décrire votre fournisseur" in unescape(admin.get(page).text)
    assert admin.post(f"{page}regler/", TYPED)["Location"] == page
    found = stored(group)
    assert (found.state, found.domains) == ("draft", ["fondation.example", "siege.fondation.example"])
    assert found.amr_proofs == [["mfa"], ["pwd", "okta_verify"]]
    assert decrypt(found.sealed_secret) == TYPED["secret"]
    assert any("a décrit le fournisseur" in one for one in sentences(group))


def test_the_secret_is_never_shown_again(admin, group, page):
    admin.post(f"{page}regler/", TYPED)
    with tenant(group.id):
        lines = str(list(Line.objects.values_list("sentence", "before", "after")))
    for text in (admin.get(page).text, admin.get(f"{page}regler/").text, lines, stored(group).sealed_secret):
        assert TYPED["secret"] not in text
    admin.post(f"{page}regler/", TYPED | {"secret": "", "label": "le compte du siège"})
    found = stored(group)
    assert (found.label, decrypt(found.sealed_secret)) == ("le compte du siège", TYPED["secret"])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"secret": ""}, "Secret du client"),
        ({"issuer": "http://fondation.okta.example"}, "en https"),
        ({"domains": "gmail.com"}, "messagerie publique"),
        ({"amr_proofs": "pwd"}, "ne prouve pas deux facteurs"),
        ({"amr_proofs": "", "acr_proofs": "2"}, "écrivez d'où vous le tenez"),
        ({"label": "Pro Santé Connect"}, "est une autre porte"),
    ],
)
def test_what_may_not_be_written_is_refused_in_words(admin, group, page, changed, words):
    answer = admin.post(f"{page}regler/", TYPED | changed)
    assert (answer.status_code, words in unescape(answer.text)) == (200, True)
    with tenant(group.id):
        assert not IdentityProvider.objects.exists()


def test_the_address_may_be_that_of_the_document(admin, group, page):
    admin.post(f"{page}regler/", TYPED | {"issuer": f"{TYPED['issuer']}/.well-known/openid-configuration"})
    assert stored(group).issuer == TYPED["issuer"]


@pytest.mark.parametrize("kind", ["okta", "entra", "keycloak", "other", "inconnu"])
def test_each_kind_is_proposed_its_rules(admin, page, kind):
    assert "mfa" in admin.get(f"{page}regler/?logiciel={kind}").text


def test_it_opens_only_once_examined_and_tried(door_of_group, admin, group, page):
    door_of_group.change(state="draft", checked_at=None, tried_at=None)
    admin.post(f"{page}ouvrir/")
    assert stored(group).state == "draft"
    assert "ne peut pas encore s'ouvrir" in unescape(admin.get(page).text)
    admin.post(f"{door_of_group.path}verifier/")
    assert [one["level"] for one in stored(group).findings].count("bad") == 0
    admin.post(f"{page}ouvrir/")
    assert stored(group).state == "draft"
    door_of_group.client = admin
    answer = admin.get(door_of_group.back(admin.get(f"{door_of_group.path}essayer/")["Location"], CLAIRE))
    assert answer["Location"] == f"{page}essai/"
    seen = unescape(admin.get(answer["Location"]).text)
    assert "Prouvés" in seen
    assert "pwd, mfa, swk" in seen
    assert "email_verified" in seen
    assert "claire@demo.invalid" not in seen
    admin.post(f"{page}ouvrir/")
    assert stored(group).state == "open"
    assert [one for one in sentences(group) if "a ouvert la porte" in one]


def test_a_trial_opens_no_session_and_changes_nobody(door_of_group, admin, administrator, page):
    before = admin.session["_auth_user_id"]
    door_of_group.client = admin
    admin.get(door_of_group.back(admin.get(f"{door_of_group.path}essayer/")["Location"], CLAIRE))
    assert admin.session["_auth_user_id"] == before
    assert not administrator.external_identities.exists()
    assert not User.objects.filter(email="claire@demo.invalid").exists()


@pytest.mark.parametrize(
    "persona", ["un-facteur", "amr-inconnu", "sans-adresse", "trop-de-groupes", "amr-absent"]
)
def test_a_trial_that_concludes_no_says_why(door_of_group, admin, administrator, group, page, persona):
    door_of_group.map(administrator)
    door_of_group.change(tried_at=None, state="draft")
    door_of_group.client = admin
    admin.get(door_of_group.back(admin.get(f"{door_of_group.path}essayer/")["Location"], persona))
    assert "Ce que vos règles en concluent" in unescape(admin.get(f"{page}essai/").text)
    proves = persona in {"sans-adresse", "trop-de-groupes"}
    assert (stored(group).tried_at is not None) == proves
    with tenant(group.id):
        assert not FactorRefusal.objects.exists()


@pytest.mark.parametrize("fault", ["wrong_aud", "token_503", "discovery_503", "bad_signature"])
def test_a_trial_that_fails_says_why(door_of_group, admin, page, fault):
    door_of_group.client = admin
    door_of_group.sandbox.fault(fault)
    left = admin.get(f"{door_of_group.path}essayer/")
    if fault != "discovery_503":
        left = admin.get(door_of_group.back(left["Location"], CLAIRE))
    assert left["Location"] == f"{page}essai/"
    assert "Cause :" in unescape(admin.get(f"{page}essai/").text)


def test_the_trial_of_somebody_else_is_refused(door_of_group, admin, client_for, group):
    address = door_of_group.back(admin.get(f"{door_of_group.path}essayer/")["Location"], CLAIRE)
    other = client_for(MembershipFactory(group_id=group.id).user)
    session = other.session
    session["socialaccount_states"] = admin.session["socialaccount_states"]
    session.save()
    assert other.get(address).status_code == 400


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        ("discovery_503", "okta", "réponse 503"),
        ("jwks_503", "okta", "clés de signature ne se lisent pas"),
        ("discovery_differs", "okta", "clés de signature ne se lisent pas"),
    ],
)
def test_an_examination_says_what_is_wrong(sandbox, settings, fault, name, words):
    sandbox.fault(fault)
    found = examine(sandbox.provider(name).issuer, "la porte")
    assert not is_sound(found)
    assert any(words in one.text for one in found)


def test_an_examination_compares_the_issuer_to_the_character(sandbox):
    found = examine(f"{sandbox.provider('okta').issuer}/", "la porte")
    assert [one.text for one in found if one.level == "bad"][0].startswith("Il se nomme « http://127.0.0.1")


def test_an_examination_of_nobody(settings):
    (found,) = examine("http://127.0.0.1:9/idp", "la porte")
    assert "connexion impossible" in found.text


def test_another_issuer_shuts_the_door_and_cuts_its_sessions(door_of_group, admin, group, page):
    user = MembershipFactory(group_id=group.id, role="hr", user=DoorOnlyUserFactory()).user
    door_of_group.link(user, CLAIRE)
    door_of_group.come(CLAIRE)
    answer = admin.post(
        f"{page}regler/",
        TYPED
        | {"issuer": "https://autre.example", "client_id": door_of_group.provider.client_id, "secret": ""},
        follow=True,
    )
    found = stored(group)
    assert (found.state, found.checked_at, found.tried_at) == ("draft", None, None)
    assert "la porte est refermée" in unescape(answer.text)
    assert door_of_group.client.get(f"/g/{group.slug}/").status_code == 302
    assert user.external_identities.filter(ended_at__isnull=True).count() == 1


def test_suspending_shuts_at_once_and_reopening_is_enough(door_of_group, admin, group, page):
    user = MembershipFactory(group_id=group.id, role="hr", user=DoorOnlyUserFactory()).user
    door_of_group.link(user, CLAIRE)
    door_of_group.come(CLAIRE)
    assert "Suspendre" in unescape(admin.get(f"{page}suspendre/").text)
    admin.post(f"{page}suspendre/")
    assert door_of_group.client.get(f"/g/{group.slug}/").status_code == 302
    assert door_of_group.client.get(door_of_group.path).status_code == 403
    assert "Fondation" not in door_of_group.client.get(f"/compte/login/?next=/g/{group.slug}/").text
    admin.post(f"{page}ouvrir/")
    door_of_group.come(CLAIRE)
    assert door_of_group.signed_in


def test_the_sign_in_page_finds_the_door(door_of_group, client, group):
    for query in (f"?next=/g/{group.slug}/", f"?next=/g/{group.slug}/e/{group.first.pk}/professionnels/"):
        assert "Continuer avec le compte de la Fondation" in unescape(
            client.get(f"/compte/login/{query}").text
        )
    assert "Fondation" not in client.get("/compte/login/").text
    for typed, shown in (
        ("qui@demo.invalid", True), ("QUI@DEMO.INVALID ", True), ("qui@faux-demo.invalid", False), ("demo.invalid", False),
    ):  # fmt: skip
        found = unescape(client.post("/connexion/portes/", {"login": typed}).text)
        assert ("le compte de la Fondation" in found) == shown, typed


def test_the_domain_of_another_groups_door_is_not_taken(door_of_group, client_for):
    other = make_group()
    with tenant(other.id):
        IdentityProviderFactory(state="suspended")
    rival = client_for(MembershipFactory(group_id=other.id).user)
    answer = rival.post(f"/g/{other.slug}/connexion/ouvrir/", follow=True)
    assert stored(other).state == "suspended"
    assert "déjà celui de la porte d'un autre groupe" in unescape(answer.text)


def test_a_value_is_mapped_to_a_role_one_could_give(door_of_group, admin, group, page):
    typed = {"claim": "groups", "value": "trousseau-administrateurs", "role": "hr", "scope": "group"}
    assert admin.post(f"{page}roles/ajouter/", typed)["Location"] == page
    shown = unescape(admin.get(page).text)
    assert "groups = trousseau-administrateurs" in shown
    again = admin.post(f"{page}roles/ajouter/", typed)
    assert "donne déjà ce rôle" in unescape(again.text)
    refused = admin.post(f"{page}roles/ajouter/", typed | {"role": "group_admin"})
    assert refused.status_code == 200
    with tenant(group.id):
        assert list(RoleMapping.objects.values_list("role", flat=True)) == ["hr"]


def test_a_line_taken_away_ends_the_rights_it_gave(door_of_group, admin, administrator, group, page):
    mapping = door_of_group.map(administrator, establishment_ids=[group.first.pk])
    door_of_group.come(CLAIRE)
    path = f"{page}roles/{mapping.pk}/retirer/"
    assert "s'arrêtent tout de suite" in unescape(admin.get(path).text)
    admin.post(path)
    assert door_of_group.rights(state="active") == []
    assert door_of_group.client.get(f"/g/{group.slug}/e/{group.first.pk}/").status_code == 302


def test_refusals_are_shown_to_the_administrator_and_forgotten(door_of_group, admin, page):
    door_of_group.come("amr-inconnu")
    shown = unescape(admin.get(page).text)
    assert "amr pwd + zz_nouveau" in shown
    assert "Brun" not in shown
    admin.post(f"{page}refus/oublier/")
    assert "zz_nouveau" not in admin.get(page).text.split("Historique")[0]


def test_the_own_routes_of_the_network_are_for_administrators_of_that_group(
    door_of_group, group, manager, client_for
):
    """They open no door by `requires`: what it answers is held here."""
    stranger = client_for(MembershipFactory(group_id=make_group().id).user)
    for client, status in ((client_for(manager), 403), (stranger, 404)):
        assert client.post(f"{door_of_group.path}verifier/").status_code == status
        assert client.get(f"{door_of_group.path}essayer/").status_code == status
    for role in ("auditor", "hr", "director"):
        reader = client_for(MembershipFactory(group_id=group.id, role=role).user)
        assert reader.get(f"{door_of_group.path}essayer/").status_code == 403
    assert Client().post(f"{door_of_group.path}verifier/")["Location"].startswith("/compte/login/")
    assert door_of_group.sandbox.log("openid-configuration") == []


def test_a_group_without_provider_has_nothing_to_try(admin, group, page):
    assert admin.get(f"/connexion/groupe/{group.slug}/essayer/").status_code == 404
    assert admin.post(f"{page}ouvrir/").status_code == 404
    assert admin.get(f"{page}essai/").status_code == 404
