"""`manage.py record_bounces PATH`: mails that came back, from notifications (mbox, .eml, a folder) or a CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.journal.operations import Machine
from tenants.notices.bounce_files import Unreadable, reports_in
from tenants.notices.operations import Report, record_bounces

OPERATOR = Machine("L'exploitant de la plateforme")
SHOWN = 20
SAID = {
    "marked": "adresses qui ne reçoivent plus nos courriels",
    "recorded": "retours enregistrés",
    "repeated": "déjà connus",
    "unknown": "sans compte ni courriel de chez nous",
    "ignored": "ni définitifs ni passagers",
}


class Command(BaseCommand):
    help = "Enregistre les courriels revenus : avis de non-remise (mbox, .eml, dossier) ou CSV adresse;code;date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="fichier ou dossier")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """The same file again changes nothing. No address is printed."""
        wrong: list[Unreadable] = []
        try:
            seen = record_bounces(actor=OPERATOR, reports=_readable(path, wrong))
        except OSError as error:
            raise CommandError(f"Ce chemin ne s'ouvre pas : {error.strerror}.") from error
        for name, words in SAID.items():
            self.stdout.write(f"{seen[name]:>7} {words}")
        self.stdout.write(f"{len(wrong):>7} illisibles")
        for one in wrong[:SHOWN]:
            self.stdout.write(f"        {one.where} : {one.why}")
        if len(wrong) > SHOWN:
            self.stdout.write(f"        … et {len(wrong) - SHOWN} autres")


def _readable(path: Path, wrong: list[Unreadable]) -> Iterator[Report]:
    for one in reports_in(path):
        if isinstance(one, Report):
            yield one
        else:
            wrong.append(one)
