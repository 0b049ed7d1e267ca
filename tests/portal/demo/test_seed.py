"""The fictitious group: the same for the same seed, and as awkward as a real one."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate

from identities.assignments.models import Assignment
from identities.people.models import Person, Visibility
from portal.demo.accounts import (
    ACCOUNTS,
    PASSWORD,
    DemoOnlyError,
    current_code,
    demo_accounts,
    write_accounts,
)
from portal.demo.seed.names import civils
from portal.demo.seed.writing import Size, seed_group
from portal.foundation.identifiers import check_finess
from portal.foundation.tenancy import tenant
from tenants.groups.models import Establishment
from tests.fixtures import make_group

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SMALL = Size("Petit groupe", "petit", 4, 80)


@pytest.fixture
def seeded(db):
    return seed_group(SMALL, seed=1, progress=lambda text: None, moment=MOMENT)


def test_people_have_names_of_every_shape():
    from random import Random

    people = civils(Random(1), 1000, 2026)
    names = [one.birth_name for one in people]
    assert any(len(name) >= 98 for name in names)
    assert any("-" in name for name in names)
    assert any("'" in name for name in names)
    assert any(name.startswith(("de ", "Le ", "da ")) for name in names)
    assert any(one.first_names == () for one in people)
    assert any(one.born_abroad for one in people)
    homonyms = {(one.birth_name, one.first_names) for one in people}
    assert len(homonyms) < len(people)


def test_the_same_seed_writes_the_same_people_once(seeded):
    with tenant(seeded):
        before = list(Person.objects.order_by("pk").values_list("pk", "name_key"))
    assert seed_group(SMALL, seed=1, progress=lambda text: None, moment=MOMENT) == seeded
    with tenant(seeded):
        assert list(Person.objects.order_by("pk").values_list("pk", "name_key")) == before


def test_the_headcount_is_the_one_asked_for(seeded):
    with tenant(seeded):
        assert Assignment.objects.filter(state="running").count() == SMALL.people
        assert Establishment.objects.count() == SMALL.sites
        assert Visibility.objects.count() > SMALL.people
        for finess in Establishment.objects.values_list("finess", flat=True):
            check_finess(finess)


def test_every_demo_account_signs_in_with_the_code_shown(db, client):
    group, second = make_group(), make_group()
    write_accounts(group.id, [group.first.pk, group.second.pk], second.id)
    for account in ACCOUNTS:
        assert authenticate(None, email=account.email, password=PASSWORD)
    account = ACCOUNTS[0]
    answer = client.post("/compte/login/", {"login": account.email, "password": PASSWORD})
    assert answer.status_code == 302
    answer = client.post(answer["Location"], {"code": current_code(account)})
    assert answer.status_code == 302
    assert "_auth_user_id" in client.session


def test_nothing_of_the_demo_exists_outside_of_it(settings):
    settings.DEMO = False
    with pytest.raises(DemoOnlyError):
        demo_accounts()
    with pytest.raises(DemoOnlyError):
        current_code(ACCOUNTS[0])


def test_the_mailbox_is_not_found_outside_of_the_demo(client, settings, db):
    settings.DEMO = False
    assert client.get("/demonstration/courrier/").status_code == 404
