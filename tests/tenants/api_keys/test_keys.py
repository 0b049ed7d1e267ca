"""A key from its creation to its end, as the software that holds it sees it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.api_keys.models import ApiKey, RefusedFor
from tenants.api_keys.operations import create_key, renew_key, revoke_key
from tenants.api_keys.tokens import draw_token, read_token
from tests.factories.api_keys import GIVER, change_key, make_key
from tests.fixtures import make_group

ADDRESS = "/api/v1/hr-sources/"


def ask(key, **more):
    headers = key.headers if hasattr(key, "headers") else {"Authorization": key}
    return Client().get(ADDRESS, headers={**headers, **more})


def row(group, key) -> ApiKey:
    with tenant(group.id):
        return ApiKey.objects.get(pk=key.row.pk)


@pytest.fixture
def key(group):
    with tenant(group.id):
        return make_key("Paie Siège")


def change(group, key, **values) -> None:
    with tenant(group.id):
        change_key(key, **values)


def test_a_good_key_opens_its_group(group, key):
    answer = ask(key)
    assert answer.status_code == 200
    assert answer.json() == {"sources": []}
    assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic dHJvdXNzZWF1",
        "Bearer trousseau_",
        "Bearer trousseau_" + "é" * 86,
        "trousseau_x",
    ],
)
def test_what_is_no_key_opens_nothing(db, authorization):
    answer = ask(authorization)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "key_needed"


def test_a_session_opens_nothing(group, administrator, client_for):
    answer = client_for(administrator).get(ADDRESS)
    assert answer.status_code == 401
    assert answer.json()["code"] == "key_needed"


def test_a_key_that_was_never_given_opens_nothing(group, key):
    for group_id, key_id in (
        (group.id, key.row.pk),
        (group.id, uuid4()),
        (uuid4(), key.row.pk),
        (uuid4(), uuid4()),
    ):
        answer = ask(f"Bearer {draw_token(group_id, key_id).text}")
        assert answer.status_code == 401
    assert row(group, key).last_refused_for == RefusedFor.SECRET
    assert row(group, key).last_used_at is None


def test_the_secret_of_one_group_does_not_open_another(group, key):
    other = make_group()
    with tenant(other.id):
        make_key("Paie Siège")
    whole = read_token(key.secret)
    forged = draw_token(other.id, whole.key_id)
    assert ask(f"Bearer {forged.text[:52]}{key.secret[52:]}").status_code == 401


def test_nothing_of_the_secret_is_kept(group, key):
    kept = row(group, key)
    assert kept.ending == key.secret[-4:]
    assert len(kept.digest) == 64
    with tenant(group.id):
        said = " ".join(Line.objects.values_list("sentence", flat=True))
        assert key.secret not in said + repr(read_token(key.secret)) + str(vars(kept))
    assert "a créé la clé d'accès « Paie Siège » (envoyer les fichiers RH)" in said


def test_it_opens_until_the_last_minute_of_its_last_day(group, key, time_machine):
    change(group, key, expires_on=datetime(2026, 12, 31).date())
    time_machine.move_to(datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), tick=False)  # 23:59:59 in Paris
    assert ask(key).status_code == 200
    time_machine.move_to(datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), tick=False)
    answer = ask(key)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_expired")
    assert row(group, key).last_refused_for == RefusedFor.EXPIRED


def test_a_revoked_key_is_refused_at_its_next_call(group, key):
    assert ask(key).status_code == 200
    with tenant(group.id):
        revoke_key(actor=GIVER, key=key.row)
    assert ask(key).json()["code"] == "key_revoked"
    with tenant(group.id), pytest.raises(DomainError, match="Revoked already"):
        revoke_key(actor=GIVER, key=key.row)


def test_a_key_without_the_scope_is_refused(group, key):
    change(group, key, scopes=["report_read"])
    answer = ask(key)
    assert (answer.status_code, answer.json()["code"]) == (403, "key_scope")


def renew(group, key, days: int):
    with tenant(group.id):
        found = ApiKey.objects.get(pk=key.row.pk)
        return renew_key(actor=GIVER, key=found, expires_on=today() + timedelta(days=300), former_days=days)


def test_both_secrets_open_until_the_former_one_dies(group, key, time_machine):
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    time_machine.move_to(start, tick=False)
    fresh = renew(group, key, 7)
    time_machine.move_to(start + timedelta(days=7) - timedelta(seconds=1), tick=False)
    assert ask(key).status_code == 200
    assert ask(f"Bearer {fresh.text}").status_code == 200
    time_machine.move_to(start + timedelta(days=7), tick=False)
    assert ask(key).status_code == 401
    assert ask(f"Bearer {fresh.text}").status_code == 200


def test_a_secret_that_leaked_dies_at_once(group, key):
    fresh = renew(group, key, 0)
    assert ask(key).status_code == 401
    assert ask(f"Bearer {fresh.text}").status_code == 200


def test_a_second_renewal_ends_the_oldest_secret(group, key):
    second = renew(group, key, 7)
    third = renew(group, key, 7)
    assert [ask(f"Bearer {one}").status_code for one in (key.secret, second.text, third.text)] == [
        401,
        200,
        200,
    ]


def test_the_former_secret_never_outlives_the_day_its_key_expired(group, key, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False)
    change(group, key, expires_on=datetime(2026, 11, 24).date())
    renew(group, key, 30)
    assert row(group, key).previous_until == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def test_two_renewals_of_one_secret_are_one(group, key):
    with tenant(group.id):
        first, second = (ApiKey.objects.get(pk=key.row.pk) for _ in range(2))
        terms = {"expires_on": today(), "former_days": 1}
        renew_key(actor=GIVER, key=first, **terms)
        with pytest.raises(DomainError, match="Changed meanwhile"):
            renew_key(actor=GIVER, key=second, **terms)
        revoke_key(actor=GIVER, key=first)
        with pytest.raises(DomainError, match="Revoked"):
            renew_key(actor=GIVER, key=first, **terms)


@pytest.mark.parametrize(("days", "words"), [(-1, "est passée"), (367, "un an au plus")])
def test_a_key_lives_a_year_at_most(group, days, words):
    with tenant(group.id), pytest.raises(DomainError) as refused:
        make_key(expires_on=today() + timedelta(days=days))
    assert words in refused.value.french


def test_a_name_serves_once_in_its_group_even_revoked(group, key):
    other = make_group()
    with tenant(other.id):
        make_key("Paie Siège")
    with tenant(group.id):
        revoke_key(actor=GIVER, key=key.row)
        with pytest.raises(DomainError) as refused:
            create_key(actor=GIVER, name=" Paie  Siège ", scopes=["hr_push"], expires_on=today())
    assert refused.value.field == "name"


def test_its_last_use_is_written_once_a_minute(group, key, time_machine):
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    for seconds, written in ((0, 0), (59, 0), (60, 60), (61, 60)):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        with CaptureQueriesContext(connection) as captured:
            ask(key)
        updates = [one for one in captured if one["sql"].startswith("UPDATE")]
        assert len(updates) == (seconds in (0, 60))
        assert row(group, key).last_used_at == start + timedelta(seconds=written)


def test_too_many_calls_are_told_to_wait(group, key, settings):
    settings.API_RATES = {**settings.API_RATES, "call": (2, 3600)}
    with tenant(group.id):
        other = make_key()
    assert [ask(key).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(key)
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "recommencez dans" in answer.json()["detail"]
    assert ask(other).status_code == 200


def test_the_same_bad_key_is_soon_refused_without_asking_the_database(group, key, settings):
    settings.API_RATES = {**settings.API_RATES, "bad_key": (3, 3600)}
    bad = f"Bearer {draw_token(group.id, key.row.pk).text}"
    assert [ask(bad).status_code for _ in range(4)] == [401, 401, 401, 429]
    with CaptureQueriesContext(connection) as captured:
        assert ask(bad).status_code == 429
    assert [one["sql"] for one in captured] == []
    assert ask(key).status_code == 200, "the good one of the same address still opens"


def test_an_address_that_tries_many_keys_is_told_to_wait(group, settings):
    settings.API_RATES = {**settings.API_RATES, "bad_address": (3, 3600)}
    tried = [ask(f"Bearer {draw_token(group.id, uuid4()).text}").status_code for _ in range(4)]
    assert tried == [401, 401, 401, 429]


def test_the_key_never_reaches_the_log(group, key, caplog, settings):
    from portal.foundation.logs import without_values

    said = without_values(None, "", {"event": f"failed with {key.secret} at /api/v1/"})
    assert key.secret[:30] not in said["event"]


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_write_one_use(group):
    with tenant(group.id):
        key = make_key()

    def call(_):
        try:
            return ask(key).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(call, range(8))) == {200}
