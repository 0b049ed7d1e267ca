"""« Droits du portail » by its pages: the list and its filters, a right and its history, what each role sees."""

from datetime import timedelta

import pytest

from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.models import Membership
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tests.factories.memberships import InvitationFactory, MembershipFactory


@pytest.fixture
def client(administrator, client_for):
    return client_for(administrator)


@pytest.fixture
def rights(group) -> str:
    return f"/g/{group.slug}/droits/"


TERMS = {"full_name": "Nina Invitée", "email": "nina@x.example", "role": "site_manager", "scope": "sites"}


def test_an_administrator_invites_by_the_form(client, rights, group):
    page = client.get(f"{rights}inviter/")
    assert group.first.name in page.text
    done = client.post(
        f"{rights}inviter/", {**TERMS, "establishment_ids": [group.first.pk], "ends_on": "31/12/2099"}
    )
    assert done["Location"] == rights
    shown = client.get(rights).text
    assert "Nina Invitée" in shown
    assert f"à {group.first.name}" in shown
    assert "31/12/2099" in shown
    with tenant(group.id):
        line = Line.objects.get(act="membership_invited")
    assert line.sentence.endswith(
        f"a invité Nina Invitée : référent de site à {group.first.name} jusqu'au 31/12/2099."
    )


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, "Cochez au moins un établissement"),
        ({"role": "auditor", "sites": True}, "porte sur tout le groupe"),
        ({"sites": True, "ends_on": "01/01/2020"}, "déjà passé"),
        ({"sites": True, "email": "pas une adresse"}, "adresse"),
        ({"role": "operator", "sites": True}, "Sélectionnez un choix valide"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_invites_nobody(client, rights, group, terms, said):
    typed = {**TERMS, **terms}
    if typed.pop("sites", False):
        typed["establishment_ids"] = [group.first.pk]
    page = client.post(f"{rights}inviter/", typed)
    assert page.status_code == 200
    assert said in page.text
    assert "Nina Invitée" in page.text
    assert not Membership.objects.filter(invited_as="Nina Invitée").exists()


def test_filters_by_role_site_and_state(client, rights, group):
    MembershipFactory(group_id=group.id, role=Role.HR, user__full_name="Rh Partout")
    here = MembershipFactory(
        group_id=group.id,
        role=Role.SITE_MANAGER,
        establishment_ids=[group.first.pk],
        user__full_name="Ici Seulement",
    )
    MembershipFactory(
        group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=[group.second.pk], user__full_name="Finie Hier",
        ends_on=today() - timedelta(days=1),
    )  # fmt: skip
    MembershipFactory(
        group_id=group.id, role=Role.HR, state=MembershipState.ENDED, user__full_name="Terminée Avant"
    )

    def shown(query: str) -> set[str]:
        text = client.get(rights + query).text
        return {one for one in ("Rh Partout", "Ici Seulement", "Finie Hier", "Terminée Avant") if one in text}

    assert shown("") == {"Rh Partout", "Ici Seulement", "Finie Hier"}
    assert shown("?role=hr") == {"Rh Partout"}
    assert shown(f"?site={group.first.pk}") == {"Rh Partout", "Ici Seulement"}
    assert shown("?state=active") == {"Rh Partout", "Ici Seulement"}
    assert shown("?state=expired") == {"Finie Hier"}
    assert shown("?state=ended") == {"Terminée Avant"}
    assert "Aucun droit ne correspond" in client.get(f"{rights}?role=ans_reader").text
    assert client.get(f"{rights}?role=inconnu&site=x&state=y").status_code == 200
    assert "Ici Seulement" in client.get(f"{rights}{here.pk}/").text


def test_ends_a_right_after_a_page_that_says_what_stops(client, rights, group, manager):
    right = manager.memberships.get()
    page = client.get(f"{rights}{right.pk}/terminer/")
    assert "sessions ouvertes sont coupées" in page.text
    right.refresh_from_db()
    assert right.state == MembershipState.ACTIVE
    client.post(f"{rights}{right.pk}/terminer/")
    history = client.get(f"{rights}{right.pk}/").text
    assert "a mis fin au droit de" in history
    assert "terminer/" not in history
    again = client.post(f"{rights}{right.pk}/terminer/", follow=True)
    assert "déjà terminé" in again.text


def test_the_last_administrator_is_told_what_to_do(client, rights, administrator):
    right = administrator.memberships.get()
    refused = client.post(f"{rights}{right.pk}/terminer/", follow=True)
    assert "dernier administrateur actif" in refused.text
    right.refresh_from_db()
    assert right.state == MembershipState.ACTIVE


def test_changes_a_right_by_the_form(client, rights, group, manager):
    right = manager.memberships.get()
    form = client.get(f"{rights}{right.pk}/modifier/")
    assert "checked" in form.text
    typed = {
        "role": "site_manager",
        "scope": "sites",
        "establishment_ids": [group.second.pk],
        "ends_on": "31/12/2099",
    }
    assert client.post(f"{rights}{right.pk}/modifier/", typed).status_code == 302
    right.refresh_from_db()
    assert right.establishment_ids == [group.second.pk]
    assert client.post(f"{rights}{right.pk}/modifier/", {"role": "hr", "scope": "group"}).status_code == 302
    assert "À confirmer" in client.get(f"{rights}{right.pk}/").text


def test_confirms_by_a_page_and_the_list_says_what_waits(client, rights, group, client_for):
    granter = MembershipFactory(group_id=group.id).user
    right = MembershipFactory(
        group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM, granted_by=granter
    )
    assert "Un droit attend" in client.get(rights).text
    assert "Un droit attend" not in client_for(granter).get(rights).text
    assert "Vérifiez avec cette personne" in client.get(f"{rights}{right.pk}/confirmer/").text
    client.post(f"{rights}{right.pk}/confirmer/")
    right.refresh_from_db()
    assert right.state == MembershipState.ACTIVE


def test_sends_an_expired_invitation_again(client, rights, group):
    invitation = InvitationFactory(membership__group_id=group.id, expires_at=now() - timedelta(minutes=1))
    assert "Invitation expirée" in client.get(rights).text
    assert client.post(f"{rights}{invitation.membership_id}/renvoyer/").status_code == 302
    assert "Invitation envoyée" in client.get(rights).text
    assert client.get(f"{rights}{invitation.membership_id}/renvoyer/").status_code == 405


def test_an_auditor_reads_and_changes_nothing(rights, group, manager, client_for):
    client = client_for(MembershipFactory(group_id=group.id, role=Role.AUDITOR).user)
    right = f"{rights}{manager.memberships.get().pk}/"
    assert "Inviter" not in client.get(rights).text
    assert "terminer/" not in client.get(right).text
    for path in (f"{rights}inviter/", f"{right}terminer/", f"{right}modifier/", f"{right}confirmer/"):
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def test_a_director_of_one_site_reads_the_rights_of_that_site_only(rights, group, manager, client_for):
    director = MembershipFactory(
        group_id=group.id, role=Role.DIRECTOR, establishment_ids=[group.first.pk]
    ).user
    wide = MembershipFactory(group_id=group.id, role=Role.HR, user__full_name="Rh Partout")
    beside = MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.second.pk])
    client = client_for(director)
    page = client.get(rights).text
    assert manager.full_name in page
    assert "Rh Partout" not in page
    for hidden in (wide, beside):
        assert client.get(f"{rights}{hidden.pk}/").status_code == 404


def test_a_site_manager_reads_no_right(rights, manager, client_for):
    assert client_for(manager).get(rights).status_code == 403


def test_ones_own_account_lists_ones_rights(manager, client_for, group):
    page = client_for(manager).get("/compte/").text
    assert f"Référent de site à {group.first.name}" in page
    assert group.group.name in page
    assert group.second.name not in page
