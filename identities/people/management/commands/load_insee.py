"""`manage.py load_insee [PATH…]`: communes and countries of INSEE into the national tables."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identities.people.insee import REFERENCE, insee_files, load_insee
from portal.foundation.errors import DomainError

NAMES = {"people_commune": "Communes", "people_country": "Pays"}


class Command(BaseCommand):
    help = (
        "Rafraîchit les communes et pays de naissance : dossier ou fichiers (communes.json du paquet npm"
        " @etalab/decoupage-administratif, insee_communes.csv, insee_pays.csv) ; sans argument, ceux livrés avec le portail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, default=[REFERENCE], metavar="DOSSIER_OU_FICHIER")

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        try:
            for file in insee_files(paths):
                done = load_insee(file)
                self.stdout.write(
                    f"{file.name} → {NAMES[done.table]} : lus {done.read}, nouveaux {done.added}, modifiés {done.changed},"
                    f" inchangés {done.read - done.added - done.changed}"
                )
        except DomainError as error:
            raise CommandError(error.french) from error
