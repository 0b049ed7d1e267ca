"""`manage.py make_directory --out FOLDER`: the five open files of the Annuaire Santé, fictitious, of the national size."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.bench.directory import loaded
from portal.demo.seed.directory_files import FILES, FictitiousDirectory
from portal.demo.seed.measuring import Measures
from portal.foundation.clock import today

NATIONAL = 1_700_000  # people, for 2.3 million activities


class Command(BaseCommand):
    help = "Écrit des fichiers d'extraction de l'Annuaire Santé fictifs : les mêmes pour la même graine et la même édition."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, metavar="DOSSIER")
        parser.add_argument("--people", type=int, default=NATIONAL)
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument(
            "--edition", type=int, default=0, help="une autre édition change une personne sur cent"
        )
        parser.add_argument(
            "--day", help="jour écrit dans le nom des fichiers, AAAAMMJJ ; aujourd'hui par défaut"
        )
        parser.add_argument(
            "--load",
            action="store_true",
            help="charger les activités trois fois : première, même édition, suivante",
        )
        parser.add_argument("--json", action="store_true", help="les mesures en un objet JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Des fichiers fictifs ne s'écrivent que dans une démonstration (réglage DEMO)."
            )
        measures = Measures("make_directory", options)
        folder, day = options["out"], options["day"] or f"{today():%Y%m%d}"
        written = self._write(options, options["edition"], folder, day)
        measures.lap("writing")
        loads = []
        if options["load"]:
            self._write(options, options["edition"] + 1, folder / "next", day)
            main = FILES["main"].format(day=day)
            loads = [
                loaded(folder / main, "first"),
                loaded(folder / main, "again"),
                loaded(folder / "next" / main, "next edition"),
            ]
        if options["json"]:
            self.stdout.write(measures.as_json({"files": written, "loads": loads}))

    def _write(self, options: dict[str, Any], edition: int, folder: Path, day: str) -> list[dict[str, Any]]:
        made = FictitiousDirectory(options["people"], options["seed"], edition)
        written = []
        for name, rows in made.write(folder, day).items():
            weight = round((folder / name).stat().st_size / 1e6, 1)
            written.append({"file": name, "rows": rows, "mb": weight})
            if not options["json"]:
                self.stdout.write(f"{name} : {rows} lignes, {weight} Mo")
        return written
