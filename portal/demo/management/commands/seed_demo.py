"""`manage.py seed_demo`: the fictitious groups of the demo; `--groups 500`: those of a whole country."""

import os
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.demo.seed.country import (
    SeedError,
    demo_sizes,
    further_sizes,
    missing,
    seed_demo_groups,
    seed_share,
    seed_side_by_side,
)
from portal.demo.seed.measuring import Measures, database_figures
from portal.demo.seed.scenes import seed_scenes
from portal.demo.seed.writing import Size


class Command(BaseCommand):
    help = (
        "Écrit les groupes fictifs de la démonstration, ou ceux d'un pays avec --groups 500. Interrompue puis relancée, "
        "la commande continue par les groupes qui manquent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument(
            "--groups", type=int, default=2, help="nombre de groupes (2 : ceux de la démonstration)"
        )
        parser.add_argument("--sites", type=int, default=50, help="établissements par groupe, en moyenne")
        parser.add_argument(
            "--people", type=int, default=3500, help="personnes présentes par groupe, en moyenne"
        )
        parser.add_argument("--writers", type=int, default=os.cpu_count() or 1, help="écritures en parallèle")
        parser.add_argument(
            "--json", action="store_true", help="les mesures sur la sortie, la progression à côté"
        )
        # One writer of several: its rank, and how many they are.
        parser.add_argument("--share", type=int, nargs=2, help=SUPPRESS)

    def handle(self, *args: Any, share: list[int] | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Les données fictives ne s'écrivent que dans une démonstration (réglage DEMO)."
            )
        self._json = options["json"]
        try:
            if share:
                self._write_share(share, options)
            else:
                self._write(options)
        except SeedError as error:
            raise CommandError(error.french) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrompu : relancez la même commande, elle continuera.") from error

    def _write_share(self, share: list[int], options: dict[str, Any]) -> None:
        rank, writers = share
        seed_share(self._further(options)[rank::writers], seed=options["seed"])

    def _further(self, options: dict[str, Any]) -> list[Size]:
        return further_sizes(options["groups"], options["sites"], options["people"])

    def _write(self, options: dict[str, Any]) -> None:
        measures, seed = Measures("seed_demo", options), options["seed"]
        further = self._further(options)
        wanted = missing([*demo_sizes(options["sites"], options["people"]), *further], seed)
        seed_demo_groups(options["sites"], options["people"], seed=seed, progress=self._say)
        seed_scenes(options["sites"], options["people"], seed=seed)
        peaks: list[float] = []
        absent = [one for one in wanted if one in further]
        if absent:
            peaks = seed_side_by_side(self._arguments(options), absent, options["writers"], self._say)
        measures.lap("writing")
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")  # the planner knows the tables before the first page
        measures.lap("vacuum_analyze")
        self._say(f"  Données fictives prêtes en {measures.seconds():.1f} s.")
        if self._json:
            written = {"groups": options["groups"], "written_now": len(wanted), "writers_peak_mb": peaks}
            self.stdout.write(measures.as_json(written | database_figures()))

    def _arguments(self, options: dict[str, Any]) -> list[str]:
        return [f"--{name}={options[name]}" for name in ("seed", "groups", "sites", "people")]

    def _say(self, text: str) -> None:
        (self.stderr if self._json else self.stdout).write(text, str)
