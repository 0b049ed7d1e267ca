"""`manage.py load_finess FILE…`: national FINESS files into the reference tables."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Machine, record
from tenants.groups.finess import FinessFileError
from tenants.groups.finess_load import SHOWN, load_finess
from tenants.groups.models import FinessLoad

FORMATS = {"json": "flux FINESS+ (JSON)", "semicolon": "extraction « ; »", "xml": "flux XML"}
KINDS = {"EJ": "Entités juridiques", "ET": "Établissements"}


ACTOR = Machine("L'exploitant (commande load_finess)")
LOADED = Act(
    "finess_loaded",
    "{actor} a chargé le fichier FINESS {source} : ouvertures {opened}, fermetures {closed}, modifications {changed}.",
)


def _record(load: FinessLoad) -> None:
    """In the platform's journal: the national tables belong to no group."""
    with tenant(PLATFORM):
        record(
            ACTOR,
            LOADED,
            object_kind="finess_load",
            object_id=None,
            source=load.source_name,
            opened=load.opened,
            closed=load.closed,
            changed=load.changed,
        )


class Command(BaseCommand):
    help = "Charge un ou plusieurs fichiers FINESS nationaux : flux FINESS+ JSON, extraction « ; » ou flux XML, gz ou non."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        for path in files:
            try:
                load = load_finess(path)
            except FinessFileError as error:
                raise CommandError(
                    f"{error.french}\nCe qui était déjà chargé n'a pas été modifié par « {path.name} »."
                ) from error
            _record(load)
            self._tell(load)

    def _tell(self, load: FinessLoad) -> None:
        day = f", données du {load.file_date:%d/%m/%Y}" if load.file_date else ""
        self.stdout.write(f"{load.source_name} : {FORMATS[load.file_format]}{day}")
        self.stdout.write(
            f"  Structures : lues {load.rows_read}, gardées {load.rows_kept}, refusées {load.rows_refused}"
        )
        for kind, one in load.report["kinds"].items():
            if one["counts"]:
                self._tell_kind(KINDS[kind], one)
        unit = "entité n°" if load.file_format == "json" else "ligne"
        self._tell_rows("Refus", unit, load.report["refusals"], load.rows_refused)
        self._tell_rows("Remarques", unit, load.report["remarks"], load.report["remark_count"])

    def _tell_kind(self, title: str, one: dict[str, Any]) -> None:
        counts = one["counts"]
        parts = [
            f"ouvertures {counts.get('opened', 0)}",
            f"fermetures {counts.get('closed', 0)}",
            f"modifications {counts.get('changed', 0)}",
            f"inchangées {counts.get('same', 0)}",
        ]
        rare = {
            "already_closed": f"nouvelles mais fermées {counts.get('already_closed', 0)}",
            "older": f"plus anciennes que les nôtres, laissées de côté {counts.get('older', 0)}",
        }
        parts += [text for change, text in rare.items() if counts.get(change)]
        self.stdout.write(f"  {title} : {', '.join(parts)}")
        for finess, name in one["named"]["closed"][:SHOWN]:
            self.stdout.write(f"    fermeture : {finess} {name}")
        if one["absent"]:
            self.stdout.write(
                f"    connues et ouvertes, absentes de ce fichier, inchangées : {one['absent']}"
            )

    def _tell_rows(self, title: str, unit: str, rows: list[dict[str, Any]], total: int) -> None:
        if not total:
            return
        self.stdout.write(f"  {title} :")
        for row in rows:
            self.stdout.write(f"    {unit} {row['line']} : {row['text']}")
        if total > len(rows):
            self.stdout.write(f"    … et {total - len(rows)} autres")
