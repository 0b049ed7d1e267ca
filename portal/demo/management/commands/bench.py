"""`manage.py bench pages|load|walls|plans --json`: what the product costs, always beside what it is compared with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import override_settings

from portal.demo.bench.pages import time_pages
from portal.demo.bench.report import as_json, as_line, loads


class Command(BaseCommand):
    help = "Mesure les pages, la charge, les murs et les plans sur des données fictives."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["pages"])
        parser.add_argument("--small", action="store_true", help="un seul groupe : celui de la démonstration")
        parser.add_argument("--json", action="store_true", help="un objet JSON au lieu de lignes")
        parser.add_argument("--turns", type=int, default=40)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Le banc d'essai écrit puis annule : il ne tourne que sur une démonstration.")
        before = loads()
        with override_settings(ROOT_URLCONF="portal.demo.bench.urls"):
            found = time_pages(options["turns"], small=options["small"])
        if options["json"]:
            self.stdout.write(as_json(before, results=found))
            return
        for one in found:
            self.stdout.write(as_line(one))
