"""`manage.py seed_demo`: the fictitious group of the demo, 50 ESMS and 3,500 people, and a small second one."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.demo.accounts import write_accounts
from portal.demo.seed.writing import Size, seed_group
from portal.foundation.tenancy import tenant
from tenants.groups.models import Establishment


class Command(BaseCommand):
    help = "Écrit le groupe fictif de la démonstration (rien si elle est déjà là)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--sites", type=int, default=50)
        parser.add_argument("--people", type=int, default=3500)

    def handle(self, *args: Any, seed: int, sites: int, people: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Les données fictives ne s'écrivent que dans une démonstration (réglage DEMO)."
            )
        started = time.monotonic()
        group = seed_group(
            Size("Fondation des Rives", "rives", sites, people), seed=seed, progress=self.stdout.write
        )
        second = seed_group(
            Size("Association du Val d'Albarine", "albarine", 3, 60, rank=1),
            seed=seed,
            progress=self.stdout.write,
        )
        with tenant(group):
            establishments = list(Establishment.objects.order_by("finess").values_list("pk", flat=True))
        write_accounts(group, establishments, second)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner knows the tables before the first page
        self.stdout.write(f"  Données fictives prêtes en {time.monotonic() - started:.1f} s.")
