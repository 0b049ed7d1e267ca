"""`manage.py export_journal_head [--to FICHIER | --mail ADRESSE]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.dispatch.journal_heads import append_heads, heads_as_text, mail_heads


class Command(BaseCommand):
    help = "Sort la tête du journal de chaque groupe, une ligne JSON par groupe : à l'écran, dans un fichier, par courriel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--to", type=Path, metavar="FICHIER", help="ajoute à la fin de ce fichier")
        where.add_argument("--mail", metavar="ADRESSE", help="envoie à cette adresse, par la boîte d'envoi")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mail"]:
            mail_heads(options["mail"])
            self.stdout.write("Le courriel est dans la boîte d'envoi.")
        elif options["to"]:
            try:
                append_heads(options["to"])
            except OSError as error:
                raise CommandError(f"Impossible d'écrire dans {options['to']} : {error.strerror}.") from error
            self.stdout.write(f"Têtes ajoutées à {options['to']}.")
        else:
            self.stdout.write(heads_as_text(), ending="")
