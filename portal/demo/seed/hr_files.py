"""The payroll of the demo's group: a first file already applied, and a second one whose dry run waits for somebody.

Both go through the product's own import: what the demo shows is what a real file gives.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from uuid import UUID

from django.utils.timezone import localdate

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from identities.hr_imports.applying import apply_run_sites
from identities.hr_imports.checking import check_run
from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.models import Run, Source, SourceKind
from identities.hr_imports.operations import apply_run, deposit_file, save_source, start_check
from identities.people.models import IdentifierKind, PersonIdentifier
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.models import Establishment

PAYROLL = Machine("Le logiciel de paie")
Row = dict[str, str]
_GONE, _LEAVING_AT_ONCE, _OTHER_MOBILES, _MOVED = 5, 11, 30, 3


def seed_hr_imports(group_id: UUID) -> None:
    """Writes the source « Paie du siège » and its two imports, once; a group without affectations gets none."""
    with tenant(group_id):
        rows = _payroll_rows()
        if not rows or Source.objects.exists():
            return
        source = save_source(actor=PAYROLL, source=Source(name="Paie du siège", kind=SourceKind.PAYROLL))
        first = _checked(source, "paie-octobre.csv", rows)
        apply_run(actor=PAYROLL, run=first, reason="Premier fichier de la source", may_force=True)
    apply_run_sites(group_id, first.pk)
    with tenant(group_id):
        _checked(source, "paie-novembre.csv", _a_month_later(rows))


def _checked(source: Source, name: str, rows: Sequence[Row]) -> Run:
    run = deposit_file(actor=PAYROLL, source=source, file_name=name, content=_file(rows), as_of=today())
    start_check(actor=PAYROLL, run=run, mapping=run.mapping)
    check_run(run.group_id, run.pk)
    return Run.objects.select_related("source").get(pk=run.pk)


def _payroll_rows() -> list[Row]:
    """Everybody who has an affectation and a matricule, as the payroll writes them."""
    numbers = dict(
        PersonIdentifier.objects.filter(kind=IdentifierKind.MATRICULE, valid_to=None).values_list(
            "person_id", "value"
        )
    )
    sites = dict(Establishment.objects.values_list("pk", "finess"))
    stays = Assignment.objects.filter(kind="affectation", state=AssignmentState.RUNNING)
    stays = stays.select_related("person", "function").order_by("pk")
    return [_row(one, numbers[one.person_id], sites) for one in stays if one.person_id in numbers]


def _row(stay: Assignment, number: str, sites: dict[UUID, str]) -> Row:
    person = stay.person
    born = person.birth_date.split("-")
    return {
        "matricule": number,
        "birth_name": person.birth_name,
        "usage_name": person.usage_name,
        "first_names": ", ".join(person.first_names),
        "sex": person.sex,
        "birth_date": "/".join(reversed(born)),
        "phone": person.phone,
        "email": person.email,
        "site": sites[stay.establishment_id],
        "function": stay.function.label,
        "contract": stay.contract.upper() if stay.contract in ("cdi", "cdd") else "",
        "starts_on": f"{localdate(stay.starts_at):%d/%m/%Y}",
        "ends_on": f"{localdate(stay.ends_at):%d/%m/%Y}" if stay.ends_at else "",
    }


def _a_month_later(rows: Sequence[Row]) -> list[Row]:
    """Departures, many of them at one site; other mobiles; moves; newcomers; and lines that nobody could read."""
    rng = Random(len(rows))
    largest = Counter(one["site"] for one in rows).most_common(1)[0][0]
    together = [one for one in rows if one["site"] == largest][:_LEAVING_AT_ONCE]
    gone = {one["matricule"] for one in (*together, *rng.sample(list(rows), min(_GONE, len(rows))))}
    later = [dict(one) for one in rows if one["matricule"] not in gone]
    for one in rng.sample(later, min(_OTHER_MOBILES, len(later))):
        one["phone"] = f"06 99 1{rng.randint(0, 9)} {rng.randint(10, 99)} {rng.randint(10, 99)}"
    for one in rng.sample(later, min(_MOVED, len(later))):
        one["site"] = largest
    return [*later, *_newcomers(largest)]


def _newcomers(site: str) -> Iterable[Row]:
    came = {"site": site, "contract": "CDI", "starts_on": f"{today():%d/%m/%Y}", "function": "Aide-soignant"}
    lines = (
        _line("700001", "Fictif", "Solène, Marie", "F", "04/05/1991"),
        _line("700002", "Fictif-Durand", "Idriss", "M", "23/08/1986"),
        _line("700003", "Inventé", "Maëlys", "F", "31/02/1980"),
        _line("700004", "Imaginaire", "Paul", "M", "12/12/1979") | {"site": "Annexe nord"},
        _line("700005", "Supposé", "Inès", "F", "02/01/2000") | {"function": "Chargée de bien-être"},
    )
    return (came | one for one in lines)


def _line(matricule: str, birth_name: str, first_names: str, sex: str, birth_date: str) -> Row:
    return {
        "matricule": matricule,
        "birth_name": birth_name,
        "first_names": first_names,
        "sex": sex,
        "birth_date": birth_date,
    }


def _file(rows: Iterable[Row]) -> bytes:
    """CSV as a French payroll writes it."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(COLUMNS), restval="", delimiter=";")
    writer.writerow({name: one.label for name, one in COLUMNS.items()})
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")
