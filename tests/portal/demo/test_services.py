"""The embedded servers come back from anything."""

import os
import signal
import subprocess
import time

import psycopg
import pytest
import redis

from portal.demo.layout import ServiceError
from portal.demo.services import EmbeddedServices
from tests.services import ROOT

pytestmark = pytest.mark.slow


def postmaster(services: EmbeddedServices) -> int:
    return int((services.place.data / "postmaster.pid").read_text().split()[0])


def broker(services: EmbeddedServices) -> redis.Redis:
    return redis.Redis(unix_socket_path=f"{services.socket}/valkey.sock")


def write_a_row(services: EmbeddedServices) -> None:
    with psycopg.connect(services.url("owner")) as owner:
        owner.execute("SET synchronous_commit = on")  # what the product has, and the tests' cluster gives up
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def rows_kept(services: EmbeddedServices) -> list[tuple[int]]:
    with psycopg.connect(services.url("owner")) as owner:
        return owner.execute("SELECT answer FROM kept").fetchall()


def test_data_survive_a_clean_stop_and_a_second_start(embedded):
    write_a_row(embedded)
    with broker(embedded) as queue:
        queue.set("waiting", "1")
    embedded.stop()
    assert not embedded.postgresql.runs()
    assert not embedded.valkey.runs()
    embedded.start()
    assert rows_kept(embedded) == [(42,)]
    with broker(embedded) as queue:
        assert queue.get("waiting") == b"1"


def test_starting_twice_changes_nothing(embedded):
    before = postmaster(embedded)
    embedded.start()
    assert postmaster(embedded) == before


def test_recovers_from_a_kill_of_both(embedded):
    write_a_row(embedded)
    os.kill(postmaster(embedded), signal.SIGKILL)
    os.kill(int((embedded.socket / "valkey.pid").read_text()), signal.SIGKILL)
    embedded.start()
    assert rows_kept(embedded) == [(42,)]
    assert broker(embedded).ping()


def test_revives_what_died_and_names_it(embedded):
    os.kill(int((embedded.socket / "valkey.pid").read_text()), signal.SIGKILL)
    while embedded.valkey.runs():
        time.sleep(0.01)
    assert embedded.revive() == ["Valkey"]
    os.kill(postmaster(embedded), signal.SIGKILL)
    while embedded.postgresql.runs():
        time.sleep(0.01)
    assert embedded.revive() == ["PostgreSQL"]
    assert embedded.revive() == []


def test_a_pid_file_that_names_somebody_else_stops_nobody(embedded):
    """After a restart of the machine or of a container the old pid may be another program's."""
    write_a_row(embedded)
    data, socket = embedded.place.data, embedded.socket
    stale = (data / "postmaster.pid").read_text().split("\n", 1)[1]
    embedded.stop()
    identity = {key: value for key, value in embedded.place.identity().items() if key != "cwd"}
    bystander = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity)
    try:
        for path, text in ((data / "postmaster.pid", f"{bystander.pid}\n{stale}"),
                           (socket / ".s.PGSQL.5432.lock", f"{bystander.pid}\n{stale}")):  # fmt: skip
            path.write_text(text)
            embedded.place.give(path)
        embedded.stop()
        embedded.start()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert rows_kept(embedded) == [(42,)]


def test_a_creation_cut_short_starts_again(home):
    one = EmbeddedServices(ROOT, progress=lambda text: None, home=home, durable=False)
    half = home / "postgresql.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    one.start()
    try:
        assert one.postgresql.runs()
    finally:
        one.stop()


def test_refuses_data_without_their_secrets(embedded):
    embedded.stop()
    (embedded.place.home / "environment").unlink()
    with pytest.raises(ServiceError, match="secrets"):
        embedded.start()


def test_refuses_data_of_another_major_version(embedded):
    embedded.stop()
    (embedded.place.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServiceError, match="PostgreSQL 15"):
        embedded.start()
    (embedded.place.data / "PG_VERSION").write_text("18\n")


def test_secrets_are_read_by_their_owner_only(embedded):
    assert (embedded.place.home / "environment").stat().st_mode & 0o777 == 0o600
    assert embedded.place.data.stat().st_mode & 0o777 == 0o700
    assert embedded.socket.stat().st_mode & 0o777 == 0o700


def test_nothing_listens_on_the_network(embedded):
    with psycopg.connect(embedded.url("su")) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
    assert broker(embedded).config_get("port") == {"port": "0"}


def test_the_application_role_needs_its_password(embedded):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(embedded.url("app").replace(embedded.values["PASSWORD_APP"], "autre"))
