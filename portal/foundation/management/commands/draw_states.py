"""`manage.py draw_states`: writes each room's drawing of its states again, between ```mermaid and ``` of its README."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.foundation.transitions import Transitions

_DRAWING = re.compile(r"```mermaid\n.*?```", re.S)


class Command(BaseCommand):
    help = "Redessine les états de chaque pièce dans son README."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="ne change rien, refuse un dessin périmé")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for readme, tables in _rooms():
            if not readme.exists():
                raise CommandError(f"{readme.parent.name} a des états et pas de README : commencez-le")
            before = readme.read_text(encoding="utf-8")
            after = redrawn(before, tables)
            if before == after:
                continue
            if check:
                raise CommandError(f"{readme.parent.name} : dessin périmé, lancez manage.py draw_states")
            readme.write_text(after, encoding="utf-8")
            self.stdout.write(f"{readme.parent.name} : redessiné")


def redrawn(text: str, tables: list[Transitions]) -> str:
    """The README with the drawings of those tables, in the order of states.py; those that were missing go to its end."""
    drawings = [f"```mermaid\n{one.drawing()}\n```" for one in tables]
    found = len(_DRAWING.findall(text))
    rest = iter(drawings)
    text = _DRAWING.sub(lambda old: next(rest, ""), text)
    added = "".join(f"\n{one}\n" for one in drawings[found:])
    return text.rstrip("\n") + "\n" + added


def _rooms() -> list[tuple[Path, list[Transitions]]]:
    """README and tables of every room of ours that has states."""
    found = []
    for app in apps.get_app_configs():
        folder = Path(app.path)
        if not (folder / "states.py").exists() or not app.name.startswith(
            ("portal.", "tenants.", "identities.")
        ):
            continue
        values = vars(import_module(f"{app.name}.states")).values()
        tables = [one for one in values if isinstance(one, Transitions)]
        if tables:
            found.append((folder / "README.md", tables))
    return found
