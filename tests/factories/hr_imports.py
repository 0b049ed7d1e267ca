"""HR sources and files, inside a tenant door."""

from datetime import date, timedelta

import factory

from identities.hr_imports.models import Source
from identities.hr_imports.operations import deposit_file
from portal.foundation.clock import today
from portal.journal.operations import Machine

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
