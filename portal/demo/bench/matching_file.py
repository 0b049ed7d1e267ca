"""The labelled lines as an HR file: whom the dry run links by itself, whom it shows, and how long the comparison takes."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from identities.hr_imports.checking import check_run
from identities.hr_imports.doubles import find_doubles
from identities.hr_imports.models import Source
from identities.hr_imports.operations import deposit_file, start_check
from portal.demo.bench.labels import found_by_kind, shares
from portal.demo.bench.timing import seconds, timed
from portal.demo.seed.labelled_people import LabelledSet, Line
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import now, today
from portal.journal.operations import Machine
from tenants.groups.models import Establishment, LegalEntity

_HEADERS = (
    "Matricule", "RPPS", "Nom de naissance", "Nom d'usage", "Prénoms", "Sexe", "Date de naissance", "Lieu de naissance",
    "FINESS ET", "Emploi", "Type de contrat", "Date d'entrée", "Mobile", "Courriel",
)  # fmt: skip
_BENCH = Machine("Le banc d'essai")
_FOUND = """
SELECT first_number, is_new, person_id, ARRAY(SELECT d ->> 'person_id' FROM jsonb_array_elements(doubles) d)
FROM hr_person WHERE NOT is_refused
"""


def measure_file(labelled: LabelledSet, known: Sequence[UUID]) -> dict[str, Any]:
    """Lines that lack a first name or a date are refused before anybody is looked for: they count for nothing."""
    source, content = _source_and_file(labelled)
    run = deposit_file(actor=_BENCH, source=source, file_name="paie.csv", content=content, as_of=today())
    start_check(actor=_BENCH, run=run, mapping=run.mapping)
    dry_run = timed(lambda: check_run(run.group_id, run.pk))
    doubles, _ = seconds(lambda: find_doubles(now()))  # the temporary tables stand until the transaction ends
    shown: dict[int, set[UUID]] = {}
    linked: list[tuple[int, UUID]] = []
    with connection.cursor() as cursor:
        cursor.execute(_FOUND)
        for number, is_new, person_id, others in cursor:
            rank = number - 2  # the header is line 1
            shown[rank] = {UUID(one) for one in others} if is_new else {person_id}
            if not is_new:
                linked.append((rank, person_id))
    return _result(labelled, known, shown, linked) | {
        "refused": len(labelled.lines) - len(shown), "find_doubles_s": round(doubles, 2), "dry_run_s": round(dry_run, 2)
    }  # fmt: skip


def _result(
    labelled: LabelledSet, known: Sequence[UUID], shown: dict[int, set[UUID]], linked: list[tuple[int, UUID]]
) -> dict[str, Any]:
    ranks = sorted(shown)
    read = LabelledSet(labelled.known, [labelled.lines[rank] for rank in ranks])
    told = {place: shown[rank] for place, rank in enumerate(ranks)}
    right = sum(_is_right(labelled.lines[rank], known, person_id) for rank, person_id in linked)
    return {
        "name": f"file, {len(labelled.lines)} lines against {len(known)}",
        **shares(read, known, told),
        "automatic": len(linked),
        "automatic_precision": round(right / len(linked), 4) if linked else None,
        "recall_by_kind": found_by_kind(read, known, told),
    }


def _is_right(line: Line, known: Sequence[UUID], person_id: UUID) -> bool:
    return line.same_as is not None and known[line.same_as] == person_id


def _source_and_file(labelled: LabelledSet) -> tuple[Source, bytes]:
    entity = LegalEntity.objects.create(finess=luhn_completed("99000000"), name="Banc d'essai")
    site = Establishment.objects.create(
        legal_entity=entity, finess=luhn_completed("99100001"), name="Site", category_code="500"
    )
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(_HEADERS)
    writer.writerows(_cells(rank, line, site.finess) for rank, line in enumerate(labelled.lines))
    return Source.objects.create(name="Paie", kind="payroll", issuer="paie"), stream.getvalue().encode()


def _cells(rank: int, line: Line, finess: str) -> tuple[str, ...]:
    traits = line.record.traits
    code = traits.birth_commune_code or traits.birth_country_code
    return (
        f"{rank:06}", line.record.rpps, traits.birth_name, traits.usage_name, ", ".join(traits.first_names), traits.sex,
        "/".join(reversed(traits.birth_date.split("-"))), f"{traits.birth_place} ({code})" if traits.birth_place else "",
        finess, "Aide-soignant", "CDI", "01/09/2020", traits.phone, traits.email,
    )  # fmt: skip
