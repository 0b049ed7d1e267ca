"""`manage.py load_directory FILE…`: open extraction files of the Annuaire Santé into the national tables."""

import json
import resource
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identities.national_directory.loading import load_directory_file
from identities.national_directory.models import DirectoryLoad
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Machine, record

ACTOR = Machine("L'exploitant (commande load_directory)")
LOADED = Act(
    "directory_loaded",
    "{actor} a chargé le fichier de l'Annuaire Santé {source} ({kind}) : apparitions {appeared}, disparitions {closed},"
    " modifications {changed}{reason}.",
)


class Command(BaseCommand):
    help = (
        "Charge des fichiers d'extraction de l'Annuaire Santé en libre accès (personnes et activités, savoir-faire,"
        " diplômes, cartes, MSSanté), gz ou non : chacun est reconnu à ses titres de colonnes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
        parser.add_argument(
            "--accept-shrink",
            default="",
            metavar="RAISON",
            help="accepter un fichier bien plus court, et dire pourquoi",
        )
        parser.add_argument("--json", action="store_true", help="un objet JSON par fichier")

    def handle(self, *args: Any, files: list[Path], accept_shrink: str, **options: Any) -> None:
        for path in files:
            try:
                load = load_directory_file(path, accept_shrink)
            except DomainError as error:
                raise CommandError(
                    f"{error.french}\nCe qui était déjà chargé n'a pas été modifié par « {path.name} »."
                ) from error
            _record(load)
            self._tell(load, options["json"])

    def _tell(self, load: DirectoryLoad, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_figures(load), ensure_ascii=False))
            return
        day = f", données du {load.file_date:%d/%m/%Y}" if load.file_date else ""
        self.stdout.write(f"{load.source_name} : {load.get_kind_display()}{day}, en {load.seconds} s")
        self.stdout.write(f"  Lignes lues : {load.rows_read}")
        for table, one in load.report.items():
            self.stdout.write(
                f"  {table} : {one['rows']} (avant : {one['rows_before']}), apparitions {one['appeared']},"
                f" disparitions {one['closed']}, modifications {one['changed']}"
            )


def _figures(load: DirectoryLoad) -> dict[str, Any]:
    return {
        "file": load.source_name,
        "kind": load.kind,
        "rows": load.rows_read,
        "seconds": load.seconds,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "tables": load.report,
    }


def _record(load: DirectoryLoad) -> None:
    """In the platform's journal: the national tables belong to no group."""
    with tenant(PLATFORM):
        record(
            ACTOR,
            LOADED,
            object_kind="directory_load",
            object_id=None,
            source=load.source_name,
            kind=load.get_kind_display(),
            appeared=load.appeared,
            closed=load.closed,
            changed=load.changed,
            reason=f" ; accepté malgré sa taille : {load.shrink_reason}" if load.shrink_reason else "",
        )
