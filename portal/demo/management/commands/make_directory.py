"""`manage.py make_directory --out FOLDER`: the five open files of the Annuaire Santé, fictitious, of the national size."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.seed.directory_files import FictitiousDirectory
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

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Des fichiers fictifs ne s'écrivent que dans une démonstration (réglage DEMO)."
            )
        started = time.monotonic()
        made = FictitiousDirectory(options["people"], options["seed"], options["edition"])
        folder = options["out"]
        for name, rows in made.write(folder, options["day"] or f"{today():%Y%m%d}").items():
            weight = (folder / name).stat().st_size / 1e6
            self.stdout.write(f"{name} : {rows} lignes, {weight:.1f} Mo")
        self.stdout.write(f"En {time.monotonic() - started:.1f} s")
