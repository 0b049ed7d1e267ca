"""`bench hr_import`: the dry run and the application of an HR file, small and large, beside a bare COPY of its rows.

A group of its own is made, measured and undone in one transaction: nothing of it is ever seen, and no message leaves.
"""

import csv
import io
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from identities.hr_imports.applying import apply_run_sites
from identities.hr_imports.checking import check_run
from identities.hr_imports.models import Run, Source
from identities.hr_imports.operations import apply_run, deposit_file, start_check
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import today
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.models import Establishment, Group, LegalEntity

SIZES = (3_500, 100_000)
SITES = 50
BENCH = Machine("Le banc d'essai")
_HEADERS = (
    "Matricule", "Nom de naissance", "Prénoms", "Sexe", "Date de naissance", "Lieu de naissance", "FINESS ET", "Emploi",
    "Type de contrat", "Date d'entrée", "Date de sortie", "Mobile", "Courriel",
)  # fmt: skip
_JOBS = ("Aide-soignant", "Infirmier", "ASH", "Educateur spécialisé", "Animateur", "Psychologue")


def measure_imports(sizes: Sequence[int] = SIZES) -> list[dict[str, Any]]:
    """One result per size and moment: the first file of a group, then one where 5 % changed, 2 % came and 2 % left."""
    return [one for size in sizes for one in _measured(size)]


def _measured(size: int) -> list[dict[str, Any]]:
    group_id = uuid7()
    with tenant(group_id):
        source, numbers = _group(group_id)
        first = _file(_people(range(size), numbers))
        gone, come = size * 2 // 100, size * 2 // 100
        later = _people(range(gone, size + come), numbers, changed=size * 5 // 100)
        found = [
            _import(source, first, size, "first"),
            _import(source, _file(later), len(later), "5 % changed, 2 % new, 2 % gone"),
        ]
        connection.set_rollback(True)
    return found


def _group(group_id: Any) -> tuple[Source, list[str]]:
    Group.objects.create(id=group_id, name="Banc d'essai", slug=f"banc-{group_id.hex[-12:]}")
    entity = LegalEntity.objects.create(finess=luhn_completed("99000000"), name="Banc d'essai")
    numbers = [luhn_completed(f"9910{rank:04}") for rank in range(1, SITES + 1)]
    Establishment.objects.bulk_create(
        Establishment(legal_entity=entity, finess=one, name=f"Site {one}", category_code="500")
        for one in numbers
    )
    return Source.objects.create(name="Paie", kind="payroll", issuer="paie"), numbers


def _people(ranks: range, sites: Sequence[str], changed: int = 0) -> list[tuple[str, ...]]:
    """Fictitious names made of syllables, a date of birth each; the first `changed` have another mobile."""
    rows: list[tuple[str, ...]] = []
    for place, rank in enumerate(ranks):
        mobile = f"06{(rank + (50_000_000 if place < changed else 0)):08}"
        born = f"{1 + rank % 28:02}/{1 + rank // 28 % 12:02}/{1955 + rank // 336 % 50}"
        rows.append(
            (f"{rank:06}", _syllables(rank), _syllables(rank * 7919 % 1_000_003), "FM"[rank % 2], born,
             "Bourg-en-Bresse (01053)", sites[rank % len(sites)], _JOBS[rank % len(_JOBS)], "CDI", "01/09/2020", "", mobile,
             f"personne{rank}@tilleuls.example")
        )  # fmt: skip
    return rows


def _syllables(number: int) -> str:
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 70)
        letters += "bcdfghjklmnprt"[rest % 14] + "aeiou"[rest // 14]
    return letters.capitalize()


def _file(rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows([_HEADERS, *rows])
    return stream.getvalue().encode()


def _import(source: Source, content: bytes, size: int, moment: str) -> dict[str, Any]:
    run = deposit_file(actor=BENCH, source=source, file_name="paie.csv", content=content, as_of=today())
    start_check(actor=BENCH, run=run, mapping=run.mapping)
    bare = _timed(lambda: _bare_copy(content))
    check = _timed(lambda: check_run(run.group_id, run.pk))
    run = Run.objects.select_related("source").get(pk=run.pk)
    apply_run(actor=BENCH, run=run, reason="Mesure du banc d'essai", may_force=True)
    applied = _timed(lambda: apply_run_sites(run.group_id, run.pk))
    states = set(run.sites.values_list("state", flat=True))
    return {
        "name": f"{size} rows, {moment}",
        "dry_run_s": round(check, 2),
        "apply_s": round(applied, 2),
        "bare_copy_s": round(bare, 3),
        "dry_run_to_copy": round(check / bare, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "counts": {name: count for name, count in run.counts.items() if count},
        "sites": sorted(states),
    }


def _bare_copy(content: bytes) -> None:
    """The same rows to a table without index or type, and nothing else."""
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.bare")
        cursor.execute(
            f"CREATE TEMP TABLE bare ({', '.join(f'c{rank} text' for rank in range(len(_HEADERS)))})"
        )
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
