"""Imports go downwards only: floors, and drawers inside a room (contracts in pyproject.toml)."""

from importlinter import cli

from tests.house.rooms import ROOT


def test_both_import_contracts_are_kept(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0
