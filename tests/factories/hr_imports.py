"""HR sources and files, inside a tenant door."""

from datetime import date, timedelta
from uuid import UUID

import factory

from identities.hr_imports.models import JobTitle, Line, Run, SiteRun, Source
from identities.hr_imports.operations import deposit_file
from identities.hr_imports.states import RunState
from portal.foundation.clock import now, today
from portal.foundation.keys import uuid7
from portal.journal.operations import Machine
from tenants.groups.models import Establishment

HEADERS = (
    "Matricule", "Nom de naissance", "Prénoms", "Sexe", "Date de naissance", "FINESS ET", "Emploi", "Type de contrat",
    "Date d'entrée", "Date de sortie", "Mobile",
)  # fmt: skip
PAYROLL = Machine("Camille RH")


class SourceFactory(factory.django.DjangoModelFactory):
    """The payroll of a legal entity, whose files name everybody."""

    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Paie {n}")
    kind = "payroll"
    issuer = factory.Sequence(lambda n: f"paie-{n}")


def hr_line(site, matricule: str = "0421", **cells: str) -> list[str]:
    """One person at that site, hired on 01/09/2025; any column by its title."""
    known = dict(
        zip(
            HEADERS,
            (
                matricule,
                "Fictif",
                "Camille",
                "F",
                "12/03/1985",
                site.finess,
                "Aide-soignant",
                "CDI",
                "01/09/2025",
                "",
                "",
            ),
            strict=True,
        )
    )
    return list((known | cells).values())


def hr_file(*lines: list[str], headers: tuple[str, ...] = HEADERS) -> bytes:
    """CSV as a French payroll writes it."""
    return "".join(";".join(line) + "\r\n" for line in (headers, *lines)).encode("cp1252")


def deposit(source: Source, *lines: list[str], as_of: date | None = None, name: str = "paie.csv", **options):
    """A run whose columns wait for a confirmation."""
    content = hr_file(*lines, **options)
    return deposit_file(actor=PAYROLL, source=source, file_name=name, content=content, as_of=as_of or today())


def paris_day(days: int) -> str:
    """JJ/MM/AAAA, so many days from today."""
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def hr_import_of(site, mark: str) -> dict[str, UUID]:
    """A source, an import of it that was checked, one line of it and one job title: the ids that addresses name."""
    source = SourceFactory(name=f"{mark} PAIE")
    run = Run.objects.create(
        source=source,
        state=RunState.CHECKED,
        file_name=f"{mark} FICHIER.csv",
        as_of=today(),
        headers=["Nom"],
        sample=[[f"{mark} EXEMPLE"]],
        counts={"created": 1, "double": 1, "refused": 1},
        unknown={"site": {f"{mark} LIEU": 1}, "function": {f"{mark} METIER": 2}},
        guards=[{"kind": "departures", "sentence": f"{mark} GARDE-FOU"}],
        moved_at=now(),
        checked_at=now(),
    )
    Line.objects.create(run=run, number=2, outcome="created", name=f"{mark} LIGNE", establishment=site)
    alike = {
        "person_id": str(uuid7()),
        "name": f"{mark} SEMBLABLE",
        "score": 80,
        "reasons": ["même date de naissance"],
    }
    Line.objects.create(
        run=run, number=3, outcome="double", name=f"{mark} DOUBLE", establishment=site, doubles=[alike]
    )
    problem = {"column": "Nom", "message": f"{mark} MOTIF"}
    Line.objects.create(run=run, number=4, outcome="refused", name=mark, problems=[problem], cells=[mark])
    SiteRun.objects.create(run=run, establishment=site)
    title = JobTitle.objects.create(key=mark.lower(), label=f"{mark} INTITULE", function_id="R85-368")
    return {"source_id": source.pk, "run_id": run.pk, "title_id": title.pk}


def more_of_import(run_id: UUID, site, count: int) -> None:
    """More sources with their closed import, lines, sites and titles."""
    for _ in range(count):
        source = SourceFactory()
        Run.objects.create(
            source=source,
            state=RunState.APPLIED,
            file_name="paie.csv",
            as_of=today(),
            moved_at=now(),
            applied_at=now(),
        )
        number = Line.objects.filter(run_id=run_id).count() + 2
        for outcome in ("created", "double", "refused"):
            Line.objects.create(
                run_id=run_id, number=number, outcome=outcome, name="Fictif", establishment=site
            )
        JobTitle.objects.create(key=source.name, label=source.name, function_id="R85-368")
    for place in Establishment.objects.exclude(pk__in=SiteRun.objects.values("establishment_id"))[:count]:
        SiteRun.objects.create(run_id=run_id, establishment=place)
