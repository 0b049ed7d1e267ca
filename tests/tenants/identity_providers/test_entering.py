"""Who may enter by a group's provider, under which account, and how rights follow claims."""

from html import unescape

import pytest

from portal.foundation.tenancy import tenant
from tenants.identity_providers.models import FactorRefusal
from tenants.identity_providers.own_group import OPEN
from tenants.memberships.links import invitation_token
from tenants.memberships.models import Membership, User
from tenants.memberships.operations import confirm_membership
from tenants.memberships.queries import memberships_in_force
from tenants.sign_in.models import ExternalIdentity
from tests.factories.memberships import (
    DoorOnlyUserFactory,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
)
from tests.fixtures import make_group
from tests.house.rooms import routes

CLAIRE = "claire-okta"


def pending_number(door) -> str:
    """That of the page that asks."""
    return door.client.session["pending_identity"]["number"]


@pytest.fixture
def claire(door_of_group, group) -> User:
    user = MembershipFactory(group_id=group.id, role="hr", user=DoorOnlyUserFactory()).user
    door_of_group.link(user, CLAIRE)
    return user


def test_a_linked_person_enters_and_lands_where_they_wanted(door_of_group, claire, group):
    answer = door_of_group.come(CLAIRE, f"?next=/g/{group.slug}/professionnels/")
    assert answer["Location"] == f"/g/{group.slug}/professionnels/"
    assert door_of_group.client.get(answer["Location"]).status_code == 200
    entered = [
        one for one in door_of_group.lines() if "le compte de la Fondation, amr mfa + pwd + swk" in one
    ]
    assert len(entered) == 1


def test_no_row_of_allauths_own_is_written(door_of_group, claire, services):
    """The application has no right on these tables at all."""
    door_of_group.come(CLAIRE)
    assert door_of_group.signed_in


def test_an_address_alone_never_opens_an_account(door_of_group, group, administrator):
    """The same address as Claire's, and a role is mapped: still not signed in."""
    door_of_group.map(administrator)
    taken = UserFactory(email="claire@demo.invalid")
    answer = door_of_group.come(CLAIRE)
    assert (answer["Location"], door_of_group.signed_in) == ("/connexion/identite-inconnue/", False)
    assert not ExternalIdentity.objects.filter(user=taken).exists()
    page = unescape(door_of_group.client.get(answer["Location"]).text)
    assert "le compte de la Fondation" in page


def test_an_address_taken_over_by_somebody_else_is_somebody_else(door_of_group, claire):
    assert door_of_group.come("adresse-reprise")["Location"] == "/connexion/identite-inconnue/"


def test_a_person_whose_address_changed_is_the_same(door_of_group, claire):
    door_of_group.come("adresse-changee")
    assert door_of_group.client.session["_auth_user_id"] == str(claire.pk)


def test_the_same_subject_of_another_issuer_is_somebody_else(door_of_group, claire):
    other = door_of_group.sandbox.provider("entra")
    door_of_group.remote = other
    door_of_group.change(issuer=other.issuer)
    assert door_of_group.come(CLAIRE)["Location"] == "/connexion/identite-inconnue/"


@pytest.mark.parametrize(
    "persona", ["claire-okta", "sophie-entra", "nadia-keycloak", "paul-carte", "jeton-maigre"]
)
def test_two_factors_in_each_providers_words_let_in(door_of_group, persona):
    assert door_of_group.come(persona)["Location"] == "/connexion/identite-inconnue/"


@pytest.mark.parametrize(
    ("persona", "words"),
    [
        ("un-facteur", "« mot de passe » (pwd) : c'est un seul facteur"),
        ("keycloak-un-facteur", "il dit le niveau 1"),
        ("amr-inconnu", "« zz_nouveau » n'est pas dans les règles du groupe"),
        ("amr-texte", "n'est pas une liste"),
        ("amr-absent", "ne dit rien de la façon"),
    ],
)
def test_one_factor_is_refused_in_words_and_counted_without_a_name(door_of_group, persona, words):
    for _ in range(2):
        answer = door_of_group.come(persona)
        assert (answer.status_code, door_of_group.signed_in) == (403, False)
        assert words in unescape(answer.text)
    with tenant(door_of_group.group.id):
        (counted,) = FactorRefusal.objects.values_list("code", "received", "count")
    assert counted[2] == 2


@pytest.mark.parametrize(
    "persona",
    ["autre-domaine", "domaine-imite", "adresse-non-verifiee", "verifiee-en-texte", "sans-adresse"],
)
def test_an_address_not_verified_or_of_another_domain_is_refused(door_of_group, persona):
    answer = door_of_group.come(persona)
    assert (answer.status_code, door_of_group.signed_in) == (403, False)
    assert "adresse électronique vérifiée d'un domaine du groupe" in unescape(answer.text)


@pytest.mark.parametrize(
    ("persona", "status"), [("adresse-non-verifiee", 403), ("verifiee-en-texte", 403), ("sans-adresse", 403)]
)
def test_a_provider_we_vouch_for_is_not_believed_against_its_own_word(door_of_group, persona, status):
    door_of_group.change(vouches=True)
    assert door_of_group.come(persona).status_code == status


def test_a_role_mapped_opens_an_account_at_first_use(door_of_group, group, administrator):
    door_of_group.map(administrator, establishment_ids=[group.first.pk])
    assert door_of_group.come(CLAIRE)["Location"] == "/"
    user = User.objects.get(email="claire@demo.invalid")
    assert (user.full_name, user.has_usable_password(), user.is_active) == ("Claire Delorme", False, True)
    assert [one.establishment_ids for one in memberships_in_force(user)] == [[group.first.pk]]
    assert [one.value for one in user.external_identities.all()] == [door_of_group.subject(CLAIRE)]
    assert door_of_group.client.get(f"/g/{group.slug}/e/{group.first.pk}/").status_code == 200
    assert [one for one in door_of_group.lines() if "a donné un droit à Claire Delorme" in one]


def test_a_role_of_the_whole_group_waits_for_an_administrator_who_did_not_map_it(
    door_of_group, group, administrator
):
    door_of_group.map(administrator, role="hr")
    door_of_group.come(CLAIRE)
    assert door_of_group.rights() == [("hr", "to_confirm")]
    right = Membership.objects.get(granted_by_provider=door_of_group.provider.pk)
    with pytest.raises(Exception, match="Own grant"):
        confirm_membership(actor=administrator, membership=right)
    confirm_membership(actor=MembershipFactory(group_id=group.id).user, membership=right)
    door_of_group.client.logout()
    door_of_group.come(CLAIRE)
    assert door_of_group.rights() == [("hr", "active")], "a sign-in takes no confirmation back"


def test_nobody_becomes_an_administrator_by_a_claim(door_of_group, administrator):
    """Even with a line that no rule would let through."""
    door_of_group.map(administrator, role="group_admin")
    door_of_group.come(CLAIRE)
    assert door_of_group.rights() == []


@pytest.mark.parametrize("persona", ["sans-groupe", "helene-entra"])
def test_without_a_mapped_claim_nobody_is_created(door_of_group, administrator, persona):
    door_of_group.map(administrator)
    assert door_of_group.come(persona)["Location"] == "/connexion/identite-inconnue/"
    assert not User.objects.filter(email__endswith="@demo.invalid").exists()


def test_groups_given_by_reference_are_refused_in_words(door_of_group, administrator):
    door_of_group.map(administrator)
    answer = door_of_group.come("trop-de-groupes")
    assert (answer.status_code, door_of_group.signed_in) == (403, False)
    assert "trop nombreux" in unescape(answer.text)


def test_an_invited_address_is_not_taken_over(door_of_group, group, administrator):
    door_of_group.map(administrator)
    invitation = InvitationFactory(
        membership__group_id=group.id, membership__role="hr", membership__user__email="claire@demo.invalid"
    )
    assert door_of_group.come(CLAIRE)["Location"] == "/connexion/identite-inconnue/"
    assert not invitation.membership.user.external_identities.exists()


def test_a_claim_that_is_gone_ends_its_right_and_cuts_the_sessions(
    door_of_group, group, administrator, client_for
):
    mapping = door_of_group.map(administrator, establishment_ids=[group.first.pk])
    door_of_group.come(CLAIRE)
    user = User.objects.get(email="claire@demo.invalid")
    elsewhere = client_for(user)
    door_of_group.client.logout()
    with tenant(group.id):
        type(mapping).objects.filter(pk=mapping.pk).delete()
    door_of_group.come(CLAIRE)
    assert door_of_group.rights(state="active") == []
    assert elsewhere.get("/compte/").status_code == 302
    assert door_of_group.signed_in, "the door still knows them"


def test_a_right_that_people_gave_is_never_touched(door_of_group, claire, group, administrator):
    door_of_group.map(administrator, role="hr", establishment_ids=[group.first.pk])
    door_of_group.come(CLAIRE)
    (right,) = memberships_in_force(claire)
    assert (right.role, right.establishment_ids, right.granted_by_provider) == ("hr", None, None)


def test_establishments_follow_the_mapped_values(door_of_group, group, administrator):
    door_of_group.map(administrator, establishment_ids=[group.first.pk])
    door_of_group.come(CLAIRE)
    door_of_group.client.logout()
    door_of_group.map(administrator, value="Everyone", establishment_ids=[group.second.pk])
    door_of_group.come(CLAIRE)
    user = User.objects.get(email="claire@demo.invalid")
    (right,) = memberships_in_force(user)
    assert set(right.establishment_ids) == {group.first.pk, group.second.pk}


def test_linking_from_ones_account(door_of_group, administrator, client_for):
    door_of_group.client = client_for(administrator)
    assert door_of_group.come(CLAIRE, "?pour=relier")["Location"] == "/connexion/relier/"
    door_of_group.client.post("/connexion/relier/", {"number": pending_number(door_of_group)})
    assert [one.kind for one in administrator.external_identities.all()] == ["subject"]


def test_a_link_asked_by_somebody_who_left_is_not_made_for_the_next(
    door_of_group, administrator, manager, client_for
):
    door_of_group.client = client_for(administrator)
    address = door_of_group.back(door_of_group.leave("?pour=relier"), CLAIRE)
    kept = door_of_group.client.session["socialaccount_states"]
    door_of_group.client = client_for(manager)
    session = door_of_group.client.session
    session["socialaccount_states"] = kept
    session.save()
    assert door_of_group.client.get(address).status_code == 400


def test_an_invited_person_opens_their_account_by_this_door(door_of_group, group):
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="director")
    token = invitation_token(invitation.pk)
    assert door_of_group.come(CLAIRE, f"?invitation={token}")["Location"] == f"/connexion/invitation/{token}/"
    door_of_group.client.post(f"/connexion/invitation/{token}/", {"number": pending_number(door_of_group)})
    assert door_of_group.signed_in
    opened = User.objects.get(pk=invitation.membership.user_id)
    assert (opened.is_active, opened.full_name) == (True, "Claire Delorme")


@pytest.mark.parametrize("invitation", ["a/b", "inventee", "%00"])
def test_an_invented_invitation_changes_nothing(door_of_group, claire, invitation):
    assert door_of_group.come(CLAIRE, f"?invitation={invitation}")["Location"] == "/"
    assert door_of_group.signed_in


def test_such_a_session_opens_its_own_group_only(door_of_group, claire, group):
    """Whoever runs a group's provider can be anybody there: not in the other groups of the same person."""
    other = make_group()
    MembershipFactory(group_id=other.id, user=claire)
    door_of_group.come(CLAIRE)
    assert door_of_group.client.get(f"/g/{group.slug}/").status_code == 200
    refused = door_of_group.client.get(f"/g/{other.slug}/droits/")
    assert (refused.status_code, "n'ouvre que ce groupe" in unescape(refused.text)) == (403, True)
    api = door_of_group.client.get(f"/g/{other.slug}/droits/", headers={"Accept": "application/json"})
    assert (api.status_code, api.json()["code"]) == (403, "other_door_required")
    for path in (
        "/compte/2fa/",
        "/compte/2fa/totp/activate/",
        "/compte/password/change/",
        "/connexion/relier/",
    ):
        assert "n'ouvre que ce groupe" in unescape(door_of_group.client.get(path).text), path
    door_of_group.client.logout()
    door_of_group.client.force_login(claire)
    assert door_of_group.client.get(f"/g/{other.slug}/droits/").status_code == 302, (
        "asks for the second factor"
    )


def test_the_means_of_an_account_of_one_group_are_its_own(door_of_group, claire):
    door_of_group.come(CLAIRE)
    assert door_of_group.client.get("/compte/2fa/").status_code == 200


def test_a_founder_of_another_group_is_not_confirmed_from_it(door_of_group, claire):
    other = make_group()
    waiting = {"group_id": other.id, "state": "to_confirm", "is_founding": True}
    MembershipFactory(user=claire, **waiting)
    fellow = MembershipFactory(**waiting)
    door_of_group.come(CLAIRE)
    answer = door_of_group.client.post(f"/compte/droits/{fellow.pk}/confirmer/")
    fellow.refresh_from_db()
    assert (answer.status_code, fellow.state) == (403, "to_confirm")


def test_every_page_of_the_account_is_open_or_shut_on_purpose():
    """A new page outside of any group is shut in such a session until it is listed."""
    known = {one.name for one in routes()}
    assert known >= OPEN


def test_an_invitation_to_another_group_is_not_taken_up_in_it(door_of_group, claire):
    other = make_group()
    invitation = InvitationFactory(membership__group_id=other.id, membership__user=claire)
    door_of_group.come(CLAIRE)
    answer = door_of_group.client.get(f"/compte/invitation/{invitation_token(invitation.pk)}/")
    assert answer.status_code == 403
