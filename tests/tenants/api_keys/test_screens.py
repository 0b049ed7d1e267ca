"""Pages of the keys: what they show once, what they refuse, and who may open them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from tenants.api_keys.models import ApiKey
from tenants.api_keys.notices import api_keys_expiring
from tenants.memberships.permissions import Role
from tenants.memberships.queries import access_to
from tests.factories.api_keys import change_key, make_key
from tests.factories.hr_imports import SourceFactory
from tests.factories.memberships import MembershipFactory

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"trousseau_[\w-]{86}")


@pytest.fixture
def client(administrator, client_for):
    return client_for(administrator)


def at(group, route: str, **ids) -> str:
    return reverse(f"api_keys:{route}", kwargs={"group_slug": group.slug, **ids})


def typed(**more) -> dict:
    return {
        "name": "Paie Siège",
        "scopes": "hr_push",
        "expires_on": f"{today() + timedelta(days=90):%d/%m/%Y}",
        **more,
    }


def created(client, group, **more) -> tuple[ApiKey, str]:
    page = client.post(at(group, "new"), typed(**more))
    assert page["Cache-Control"].count("no-store")
    with tenant(group.id):
        return ApiKey.objects.get(), SECRET.search(page.text)[0]


def test_the_secret_is_shown_once_and_opens(client, group):
    key, secret = created(client, group)
    for address in (at(group, "key", key_id=key.pk), at(group, "keys")):
        page = client.get(address)
        assert "Paie Siège" in page.text
        assert not SECRET.search(page.text)
    api = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert client.get("/api/v1/hr-sources/", **api).status_code == 200
    assert "jamais" not in client.get(at(group, "key", key_id=key.pk)).text.split("Dernier usage")[1][:80]


def test_nothing_yet_says_what_a_key_is_for(client, group):
    assert "Aucune clé" in client.get(at(group, "keys")).text


def test_a_key_may_be_limited_to_sources_of_the_group(client, group):
    with tenant(group.id):
        agency = SourceFactory(name="Agence du Rhône")
    key, _ = created(client, group, limited_to=[str(agency.pk)])
    assert key.limited_to == [agency.pk]
    assert "Agence du Rhône" in client.get(at(group, "key", key_id=key.pk)).text
    page = client.post(
        at(group, "new"), typed(name="Autre", limited_to=["01a20676-230b-73db-95d9-7982f59301e5"])
    )
    assert "Sélectionnez un choix valide" in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Nommez le logiciel"),
        ({"scopes": []}, "Cochez au moins une chose"),
        ({"expires_on": ""}, "Indiquez la date"),
        ({"expires_on": "31/02/2027"}, "existe pas"),
        ({"expires_on": "01/01/2020"}, "est passée"),
        ({"expires_on": "01/01/2150"}, "un an au plus"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(client, group, values, words):
    page = client.post(at(group, "new"), typed(**values))
    assert words in page.text
    with tenant(group.id):
        assert not ApiKey.objects.exists()
    if values.get("name") != "":
        assert 'value="Paie Siège"' in page.text


def test_a_second_click_makes_no_second_key(client, group):
    created(client, group)
    page = client.post(at(group, "new"), typed())
    assert "s&#x27;appelle ou s&#x27;est appelée « Paie Siège »" in page.text
    assert "renouvelez-la pour en voir un nouveau" in page.text, (
        "the first answer, with its secret, was not shown"
    )
    assert not SECRET.search(page.text)


def test_renewing_shows_a_new_secret_and_when_the_former_dies(client, group):
    key, secret = created(client, group)
    address = at(group, "renew", key_id=key.pk)
    terms = {
        "expires_on": f"{today() + timedelta(days=300):%d/%m/%Y}",
        "former_days": "7",
        "ending": key.ending,
    }
    page = client.post(address, terms)
    assert SECRET.search(page.text)[0] != secret
    assert "vaut encore jusqu" in page.text
    again = client.post(address, terms, follow=True)
    assert "vient d&#x27;être renouvelé" in again.text
    assert not SECRET.search(again.text)
    assert "Deux secrets ouvrent" in again.text
    assert "il cessera tout de suite" in client.get(address).text


def test_revoking_is_confirmed_and_final(client, group):
    key, secret = created(client, group)
    address = at(group, "revoke", key_id=key.pk)
    assert "Elle n&#x27;a jamais servi" in client.get(address).text
    page = client.post(address, follow=True)
    assert "elle n&#x27;ouvre plus rien" in page.text
    assert "Révoquée" in page.text
    assert client.post(address, follow=True).redirect_chain[-1][0] == at(group, "key", key_id=key.pk)
    assert client.get(at(group, "renew", key_id=key.pk)).status_code == 302


@pytest.mark.parametrize("role", [one for one in Role if one != Role.GROUP_ADMIN])
def test_only_administrators_open_these_pages(client_for, group, role):
    client = client_for(MembershipFactory(group_id=group.id, role=role).user)
    for route in ("keys", "new"):
        assert client.get(at(group, route)).status_code == 403


@pytest.mark.parametrize("route", ["new", "renew", "revoke"])
def test_who_came_long_ago_proves_again_who_they_are(client, group, route):
    key, _ = created(client, group)
    ids = {} if route == "new" else {"key_id": key.pk}
    with time_machine.travel(now() + timedelta(minutes=16)):
        for answer in (
            client.get(at(group, route, **ids)),
            client.post(at(group, route, **ids), typed(name="Autre")),
        ):
            assert answer.status_code == 302
            assert answer.url.startswith("/compte/reauthenticate/")
    with tenant(group.id):
        assert ApiKey.objects.get().revoked_at is None


def test_keys_that_expire_are_told_before_and_after(group, administrator):
    with tenant(group.id):
        for name, days in (("Lointaine", 31), ("Proche", 30), ("Passée", -1), ("Oubliée", -31)):
            key = make_key(name)
            change_key(key, expires_on=today() + timedelta(days=days))
        change_key(make_key("Révoquée"), expires_on=today(), revoked_at=now())
        said = [one.text for one in api_keys_expiring(access_to(administrator, group.slug))]
    assert [one.split(" »")[0].split("« ")[1] for one in said] == ["Passée", "Proche"]
    assert "a expiré le" in said[0]
