"""`manage.py make_finess --out FILE`: a fictitious FINESS+ file of the national size; `--load` then loads it, measured."""

import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.seed.finess_file import FictitiousFile, Written
from portal.demo.seed.measuring import Measures


class Command(BaseCommand):
    help = "Écrit un fichier FINESS+ fictif de la taille nationale ; --load le charge ensuite deux fois et mesure."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, metavar="FICHIER")
        parser.add_argument("--establishments", type=int, default=170_000)
        parser.add_argument(
            "--legal-entities", type=int, help="par défaut, autant qu'au national : 98 pour 170"
        )
        parser.add_argument("--events", type=int, default=8, help="événements par structure, en moyenne")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--load", action="store_true", help="charger le fichier, puis le recharger")
        parser.add_argument("--json", action="store_true", help="les mesures en un objet JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Un fichier fictif ne s'écrit que dans une démonstration (réglage DEMO).")
        path, sites = options["out"], options["establishments"]
        entities = options["legal_entities"] or max(1, sites * 98 // 170)
        measures = Measures("make_finess", options | {"legal_entities": entities, "out": ""})
        written = FictitiousFile(entities, sites, options["seed"], options["events"]).write(path)
        measures.lap("writing")
        self._tell(options, f"{path.name} : {_described(written, path)}")
        loads = []
        for turn in ("first", "again") if options["load"] else ():
            loads.append({"turn": turn, **_load(path, options)})
            measures.lap(f"load_{turn}")
        if options["json"]:
            self.stdout.write(
                measures.as_json({"file_mb": _megabytes(path), **vars(written), "loads": loads})
            )

    def _tell(self, options: dict[str, Any], text: str) -> None:
        (self.stderr if options["json"] else self.stdout).write(text, str)


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)


def _described(written: Written, path: Path) -> str:
    return (
        f"{_megabytes(path)} Mo, {written.legal_entities} entités juridiques, {written.establishments} établissements, "
        f"dont {written.spoilt} à refuser."
    )


def _load(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """`load_finess` in a process of its own: its time, processor time and peak of memory. Refuses when it refuses."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, str(Path(settings.ROOT) / "manage.py"), "load_finess", str(path)],
        stdout=subprocess.DEVNULL if options["json"] else None,
        cwd=Path.cwd(),
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise CommandError("Le chargement a échoué : voir ci-dessus.")
    return {
        "seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
    }
