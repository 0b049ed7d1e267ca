"""`manage.py make_labelled_people --out FOLDER`: the labelled set of `bench matching` as two CSV files."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from identities.people.traits import PersonTraits
from portal.demo.bench.matching import SIZE
from portal.demo.seed.labelled_errors import Record
from portal.demo.seed.labelled_people import labelled_set
from portal.foundation.names import join_first_names

_TRAITS = tuple(one.name for one in fields(PersonTraits))


class Command(BaseCommand):
    help = (
        "Écrit des personnes fictives et des lignes étiquetées : connues.csv, et lignes.csv qui dit de chacune qui elle est "
        "et l'erreur qu'elle porte. La même graine donne les mêmes fichiers."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, metavar="DOSSIER")
        parser.add_argument("--people", type=int, default=SIZE)
        parser.add_argument("--seed", type=int, default=2026)

    def handle(self, *args: Any, out: Path, people: int, seed: int, **options: Any) -> None:
        labelled = labelled_set(people, seed)
        out.mkdir(parents=True, exist_ok=True)
        known = ((rank, *_cells(one)) for rank, one in enumerate(labelled.known))
        _write(out / "connues.csv", ("rank", *_TRAITS, "rpps"), known)
        lines = ((one.same_as, one.kind, *_cells(one.record)) for one in labelled.lines)
        _write(out / "lignes.csv", ("same_as", "kind", *_TRAITS, "rpps"), lines)
        self.stdout.write(f"{people} personnes connues et autant de lignes étiquetées dans {out}.")


def _cells(one: Record) -> list[Any]:
    values = vars(one.traits) | {"first_names": join_first_names(one.traits.first_names)}
    return [*(values[name] for name in _TRAITS), one.rpps]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
