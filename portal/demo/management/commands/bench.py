"""`manage.py bench pages --small --json`: how long the pages take, beside their bare SQL and a reference page."""

import json
import platform
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import override_settings

from portal.demo.bench.pages import time_page
from portal.demo.bench.places import small_pages
from portal.foundation.clock import now


class Command(BaseCommand):
    help = "Mesure les pages sur le groupe de la démonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["pages"])
        parser.add_argument("--small", action="store_true", help="un seul groupe : celui de la démonstration")
        parser.add_argument("--json", action="store_true", help="un objet JSON au lieu d'un tableau")
        parser.add_argument("--turns", type=int, default=40)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Le banc d'essai écrit puis annule : il ne tourne que sur une démonstration.")
        with override_settings(ROOT_URLCONF="portal.demo.bench.urls"):
            self._measure(options)

    def _measure(self, options: dict[str, Any]) -> None:
        client, pages, groups = small_pages()
        results = [{**time_page(client, page, options["turns"]), "groups": groups} for page in pages]
        if options["json"]:
            machine = f"{platform.machine()}, Python {platform.python_version()}"
            self.stdout.write(
                json.dumps({"at": now().isoformat(), "machine": machine, "results": results}, indent=2)
            )
            return
        for one in results:
            self.stdout.write(
                f"{one['name']:<20} {one['median_ms']:>8} ms  p95 {one['p95_ms']:>8}  SQL {one['sql_ms']:>7}"
                f"  référence {one['reference_ms']:>7}  x{one['ratio']:<5} {one['queries']} requêtes"
            )
