"""`manage.py bench WHAT --json`: what the product costs, beside what it is compared with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import override_settings

from portal.demo.bench.directory_campaign import FEW, PEOPLE, measure_directory_campaign
from portal.demo.bench.hr_import import SIZES, measure_imports
from portal.demo.bench.load import load
from portal.demo.bench.matching import SIZE, measure_matching
from portal.demo.bench.pages import time_pages
from portal.demo.bench.plans import keep_plans
from portal.demo.bench.registrations import is_whole, measure_registrations
from portal.demo.bench.report import as_json, as_line, loads
from portal.demo.bench.walls import cost_of_walls

WHAT = ("pages", "load", "walls", "plans", "hr_import", "matching", "directory_campaign", "registrations")


class Command(BaseCommand):
    help = "Mesure les pages, la charge, les murs et les plans sur des données fictives."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=WHAT)
        parser.add_argument("--small", action="store_true", help="un seul groupe : celui de la démonstration")
        parser.add_argument("--json", action="store_true", help="un objet JSON au lieu de lignes")
        parser.add_argument(
            "--faults", action="store_true", help="pannes, coupures et arrêts (registrations)"
        )
        parser.add_argument("--turns", type=int, default=40, help="tours de pages ou de requêtes")
        parser.add_argument("--seconds", type=float, default=20, help="durée de chaque charge")
        parser.add_argument("--seed", type=int, default=2026, help="graine des données étiquetées (matching)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Le banc d'essai écrit puis annule : il ne tourne que sur une démonstration.")
        before = loads()
        with override_settings(ROOT_URLCONF="portal.demo.bench.urls"):
            found = self._measure(options)
        if options["json"]:
            self.stdout.write(as_json(before, results=found))
        else:
            for one in found:
                self.stdout.write(as_line(one))
        if options["what"] == "registrations" and not is_whole(found):
            raise CommandError("Des demandes sont perdues, doubles ou d'issue inconnue.")

    def _measure(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        small = options["small"]
        if options["what"] == "load":
            return load(options["seconds"], small=small)
        if options["what"] == "walls":
            return cost_of_walls(options["turns"], small=small)
        if options["what"] == "hr_import":
            return measure_imports(SIZES[:1] if small else SIZES)
        if options["what"] == "matching":
            return measure_matching(SIZE // 10 if small else SIZE, options["seed"])
        if options["what"] == "directory_campaign":
            return measure_directory_campaign(FEW if small else PEOPLE)
        if options["what"] == "registrations":
            return measure_registrations(small=small, faults=options["faults"])
        if options["what"] == "plans":
            return keep_plans(settings.ROOT / "portal/decisions/measures/plans", small=small)
        return time_pages(options["turns"], small=small)
