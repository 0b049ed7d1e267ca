"""What the house tests walk: rooms, their files, their tables, their routes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("portal", "tenants", "identities")


def room_apps() -> list:
    """The Django applications that are ours."""
    return [app for app in apps.get_app_configs() if app.name.split(".")[0] in FLOORS]


def our_models() -> list[type[Model]]:
    return [model for app in room_apps() for model in app.get_models()]


def tenant_tables() -> list[str]:
    """Tables that carry a group, but those that tests/house/test_tables.py lists as read before the tenant is known."""
    from tests.house.test_tables import OUTSIDE

    return sorted(model._meta.db_table for model in our_models() if model._meta.db_table not in OUTSIDE)


def python_files() -> Iterator[Path]:
    """Every source file of the product; tests and migrations left out."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@dataclass(frozen=True)
class Route:
    """One address of the URL tree: its full pattern, its view, and the names of its ids."""

    pattern: str
    name: str
    view: object
    arguments: frozenset[str]

    def __str__(self) -> str:
        return self.pattern

    @property
    def view_door(self) -> str:
        """What the view's door is; empty for a view of somebody else."""
        return getattr(self.view, "door", "")


def routes() -> list[Route]:
    """The whole URL tree, flattened."""
    return sorted(_walk(get_resolver().url_patterns, "", "", frozenset()), key=lambda one: one.pattern)


def _walk(patterns: list, prefix: str, namespace: str, arguments: frozenset[str]) -> Iterator[Route]:
    for one in patterns:
        here = prefix + str(one.pattern)
        names = arguments | frozenset(one.pattern.converters)
        if isinstance(one, URLResolver):
            deeper = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, here, deeper, names)
        elif isinstance(one, URLPattern):
            yield Route(here, f"{namespace}{one.name}", one.callback, names)
