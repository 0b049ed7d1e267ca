"""Refused sign-ins are counted by account, in the cache that every process shares; mail goes through the outbox."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core import mail
from django.test import Client

from portal.dispatch.mail import Mail
from portal.dispatch.models import Message
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.memberships.adapters import AccountAdapter, MailOutsideOutboxError
from tenants.memberships.handlers import password_reset, recipient_of, security_notice, sessions_cut
from tenants.memberships.models import User
from tests.factories.memberships import PASSWORD, InvitedUserFactory, UserFactory

TOO_MANY = "Trop de tentatives"
SPEND = """
import django; django.setup()
from allauth.core.context import request_context
from django.test import RequestFactory
from tenants.memberships.adapters import AccountAdapter
request = RequestFactory().post("/compte/login/")
with request_context(request):
    for _ in range(5):
        AccountAdapter(request).pre_authenticate(request, email="cible@tilleuls.example")
"""


def attempt(email: str, password: str = "faux") -> str:  # noqa: S107
    return Client().post("/compte/login/", {"login": email, "password": password}).text


def test_the_sixth_attempt_of_a_minute_is_refused_even_with_the_right_password(db):
    user = UserFactory()
    for _ in range(5):
        assert TOO_MANY not in attempt(user.email)
    assert TOO_MANY in attempt(user.email, PASSWORD)
    assert TOO_MANY not in attempt(UserFactory().email)


@pytest.mark.slow
def test_an_account_is_refused_after_25_failures_in_a_day(db, time_machine):
    user = UserFactory()
    for hour in range(5):
        time_machine.move_to(f"2026-11-23T{8 + hour:02}:00:00+01:00")
        for _ in range(5):
            assert TOO_MANY not in attempt(user.email)
    time_machine.move_to("2026-11-23T20:00:00+01:00")
    assert TOO_MANY in attempt(user.email, PASSWORD)


@pytest.mark.slow
def test_attempts_made_in_another_process_count_in_this_one(db):
    UserFactory(email="cible@tilleuls.example")
    environment = {
        **os.environ,
        "REDIS_URL": project.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    subprocess.run([sys.executable, "-c", SPEND], check=True, env=environment, cwd=project.ROOT)
    assert TOO_MANY in attempt("cible@tilleuls.example", PASSWORD)


def messages() -> list[dict]:
    with tenant(PLATFORM):
        return [one.payload for one in Message.objects.filter(kind="mail").order_by("created_at")]


def test_a_forgotten_password_posts_the_account_and_no_token(db):
    user = UserFactory()
    for email in (user.email, "personne@tilleuls.example"):
        response = Client().post("/compte/password/reset/", {"email": email})
        assert response["Location"] == "/compte/password/reset/done/"
    assert messages() == [{"template": "password_reset", "to_user_id": str(user.pk), "context": {}}]
    assert mail.outbox == []


@pytest.mark.slow
def test_the_link_made_when_the_mail_leaves_replaces_the_password(db):
    user = UserFactory()
    sent = password_reset(Mail("password_reset", PLATFORM, user.pk, {}))
    path = sent["link"].removeprefix(project.PUBLIC_URL)
    client = Client()
    page = client.get(path, follow=True)
    new = "girouette plinthe osier bambou clavier"
    done = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done["Location"] == "/compte/password/reset/key/done/"
    assert User.objects.get(pk=user.pk).check_password(new)
    assert "n'est plus valable" in Client().get(path, follow=True).text
    assert messages()[-1]["context"] == {"event": "password_reset"}


def test_no_reset_for_an_account_that_is_shut_or_not_opened_yet(db):
    for user in (UserFactory(is_active=False), InvitedUserFactory()):
        Client().post("/compte/password/reset/", {"email": user.email})
        assert password_reset(Mail("password_reset", PLATFORM, user.pk, {})) is None
    assert messages() == []


def test_who_receives_mail(db):
    assert recipient_of(UserFactory(full_name="Anne", email="anne@x.example").pk).full_name == "Anne"
    assert recipient_of(UserFactory(is_active=False).pk) is None
    assert recipient_of(InvitedUserFactory(full_name="Nom d'un autre groupe").pk).full_name == ""


def test_the_other_mails_say_what_happened(db):
    said = security_notice(Mail("security_notice", PLATFORM, None, {"event": "totp_activated"}))
    assert "application d'authentification" in said["sentence"]
    cut = sessions_cut(
        Mail("sessions_cut", PLATFORM, None, {"reason": "ended", "cut_at": "2026-11-23T08:00:00+01:00"})
    )
    assert "prendre fin" in cut["reason"]


def test_no_mail_leaves_by_itself(db):
    with pytest.raises(MailOutsideOutboxError):
        AccountAdapter().send_mail("account/email/unknown_account", "x@x.example", {})


@pytest.mark.parametrize("path", ["/compte/email/", "/compte/confirm-email/", "/compte/confirm-email/abc/"])
def test_addresses_we_do_not_offer_are_shut(db, path):
    assert Client().get(path).status_code == 404


def test_nobody_signs_up(db):
    before = User.objects.count()
    page = Client().post(
        "/compte/signup/", {"email": "a@x.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert page.status_code == 200
    assert User.objects.count() == before
