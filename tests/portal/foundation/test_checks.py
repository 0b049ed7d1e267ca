"""Production refuses to start with what would open it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.db import connections
from django.test import override_settings

from portal.foundation.checks import (
    UnsafeProductionError,
    check_database_role,
    check_pro_sante_connect,
    check_settings,
    refuse_unsafe_production,
)
from tests.services import ROOT, TestServices

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "DEMO": False,
    "SECRET_KEY": "k3y-" + "0123456789abcdef" * 4,
    "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
    "ALLOWED_HOSTS": ["trousseau.example.org"],
    "TLS_TERMINATION": "proxy",
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
}


def codes(errors) -> list[str]:
    return [error.id.removeprefix("trousseau.") for error in errors]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DEBUG": True}, "E001"),
        ({"DEMO": True}, "E002"),
        ({"SECRET_KEY": ""}, "E003"),
        ({"SECRET_KEY": "court"}, "E003"),
        ({"SECRET_KEY": "x" * 60}, "E003"),
        ({"SECRET_KEY": "django-insecure-" + SAFE["SECRET_KEY"]}, "E003"),
        ({"ENCRYPTION_KEYS": []}, "E004"),
        ({"ENCRYPTION_KEYS": ["pas une clé"]}, "E004"),
        ({"ALLOWED_HOSTS": []}, "E005"),
        ({"ALLOWED_HOSTS": ["*"]}, "E005"),
        ({"TLS_TERMINATION": ""}, "E006"),
        ({"TLS_TERMINATION": "aucune"}, "E006"),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0}, "E007"),
        ({"PSC_ENABLED": True, "PSC_ISSUER": "http://127.0.0.1:9100/auth/realms/esante-wallet"}, "E008"),
        ({"PSC_ENABLED": True, "OIDC_OP_TOKEN_ENDPOINT": "http://psc.example/token"}, "E008"),
    ],
)
def test_names_the_setting_that_would_open_production(change, code):
    with override_settings(**SAFE | change):
        assert codes([*check_settings(), *check_pro_sante_connect()]) == [code]


def test_accepts_safe_settings():
    with override_settings(**SAFE):
        assert check_settings() == []


def test_a_server_that_ends_tls_itself_counts_no_proxy():
    with override_settings(**SAFE | {"TLS_TERMINATION": "direct", "ALLAUTH_TRUSTED_PROXY_COUNT": 0}):
        assert check_settings() == []


@pytest.mark.django_db
def test_accepts_the_application_role():
    assert check_database_role() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "code"),
    [
        ("SUPERUSER", "E011"),
        ("BYPASSRLS", "E012"),
        ("IN ROLE portal_owner", "E013"),
        ("IN ROLE portal_backup", "E012"),
    ],
)
def test_refuses_a_role_that_can_pass_the_walls(monkeypatch, services: TestServices, right, code):
    role = f"tests_too_strong_{services.slot}"
    with services.administrator() as admin:
        admin.execute(f"DROP ROLE IF EXISTS {role}")
        admin.execute(f"CREATE ROLE {role} LOGIN NOINHERIT PASSWORD 'clair' {right}")
        try:
            other = connections.create_connection("default")
            other.settings_dict = {**other.settings_dict, "USER": role, "PASSWORD": "clair"}
            monkeypatch.setattr("portal.foundation.checks.connections", {"default": other})
            assert code in codes(check_database_role())
            other.close()
        finally:
            admin.execute(f"DROP ROLE {role}")


@pytest.mark.django_db
def test_refuses_a_database_that_cannot_be_asked(monkeypatch):
    away = connections.create_connection("default")
    away.settings_dict = {**away.settings_dict, "HOST": "/nonexistent"}
    monkeypatch.setattr("portal.foundation.checks.connections", {"default": away})
    assert codes(check_database_role()) == ["E010"]


@pytest.mark.django_db
def test_the_deployment_checks_include_ours():
    with override_settings(**SAFE | {"TLS_TERMINATION": ""}):
        assert "trousseau.E006" in [error.id for error in run_checks(include_deployment_checks=True)]


@pytest.mark.django_db
def test_lets_other_environments_start():
    refuse_unsafe_production()


@pytest.mark.django_db
def test_ends_the_process_with_every_reason():
    with (
        override_settings(**SAFE | {"DEMO": True, "ALLOWED_HOSTS": []}),
        pytest.raises(UnsafeProductionError) as end,
    ):
        refuse_unsafe_production()
    assert end.value.code == 1
    assert ["E002" in end.value.reasons[0], "E005" in end.value.reasons[1]] == [True, True]


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        [sys.executable, "-c", "import portal.wsgi"],
        [sys.executable, "-m", "celery", "-A", "portal", "worker", "-c", "1"],
        [sys.executable, "-m", "celery", "-A", "portal", "beat", "--pidfile=", "--schedule"],
    ],
    ids=["web", "worker", "clock"],
)
def test_no_program_of_production_starts_unsafe(program, tmp_path: Path, services: TestServices):
    """The environment alone decides, and production is what a program takes when nothing is said."""
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")}
    secrets = {"SECRET_KEY": SAFE["SECRET_KEY"], "ENCRYPTION_KEYS": SAFE["ENCRYPTION_KEYS"][0]}
    schedule = [str(tmp_path / "schedule")] if program[-1] == "--schedule" else []
    done = subprocess.run(
        [*program, *schedule],
        cwd=ROOT,
        env={**kept, **secrets, "ALLOWED_HOSTS": "trousseau.example.org", "TROUSSEAU_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "TLS_TERMINATION manque" in done.stderr + done.stdout
    assert "ALLOWED_HOSTS" not in done.stderr + done.stdout
