"""Seeds, codes and the secret of an application being enrolled are never in clear in the database."""

import zlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from redis import Redis

from portal.foundation.clock import now
from tests.factories.memberships import PASSWORD, TOTP_SECRET, UserFactory


def test_the_database_holds_no_clear_seed_code_or_pending_secret(db):
    user = UserFactory(two_factors=False)
    TOTP.activate(user, TOTP_SECRET)
    codes = RecoveryCodes.activate(user)
    clear = [TOTP_SECRET, *codes.generate_codes()]
    stored = [str(data) for data in Authenticator.objects.values_list("data", flat=True)]
    assert not [one for one in clear for row in stored if one in row]
    assert codes.instance.data["seed"].startswith("gAAAA")
    assert (
        Authenticator.objects.get(user=user, type="totp")
        .wrap()
        .validate_code(format_hotp_value(hotp_value(TOTP_SECRET, int(now().timestamp()) // 30)))
    )


@pytest.mark.slow
def test_a_secret_being_enrolled_is_sealed_in_its_session(db):
    user = UserFactory(two_factors=False)
    client = Client()
    client.post("/compte/login/", {"login": user.email, "password": PASSWORD})
    client.get("/compte/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    row = Session.objects.get(pk=client.session.session_key)
    packed = row.session_data.split(":")[0]
    opened = signing.b64_decode(packed.lstrip(".").encode())
    opened = zlib.decompress(opened) if packed.startswith(".") else opened
    assert opened.startswith(b"gAAAA")
    assert secret.encode() not in opened
    assert row.get_decoded()["mfa.totp.secret"] == secret


@pytest.mark.slow
def test_a_secret_being_enrolled_is_sealed_in_the_cache_too(db):
    user = UserFactory(two_factors=False)
    client = Client()
    client.post("/compte/login/", {"login": user.email, "password": PASSWORD})
    client.get("/compte/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    server = Redis.from_url(settings.REDIS_URL)
    kept = [server.get(key) for key in server.scan_iter(f"*{client.session.session_key}*")]
    assert kept
    assert all(one.startswith(b"gAAAA") and secret.encode() not in one for one in kept)
