"""Writing a fictitious group whole: places, people, history, accounts. Deterministic by seed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import transaction

from identities.assignments.models import Assignment, AssignmentChange
from identities.people.models import Commune, IdentityCheck, Person, PersonIdentifier
from portal.demo.seed.names import civils
from portal.demo.seed.places import Site, luhn_completed, sites
from portal.demo.seed.rows import RowMaker, Rows
from portal.demo.seed.stays import past_stay, planned_stay, present_stay
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.groups.models import Establishment, Group, LegalEntity, Unit

Progress = Callable[[str], None]
BATCH = 2000
UNITS = ("Unité protégée", "Rez-de-chaussée", "Premier étage", "Nuit")


@dataclass(frozen=True)
class Size:
    """How large a fictitious group is. `rank` tells groups apart and starts their FINESS numbers."""

    name: str
    slug: str
    sites: int
    people: int
    rank: int = 0


def seed_group(size: Size, *, seed: int, progress: Progress, moment: datetime | None = None) -> UUID:
    """Writes one group and gives its id; writes nothing and gives it when it is there already."""
    rng, moment = Random(f"{seed}/{size.slug}"), moment or now()
    group_id = UUID(int=rng.getrandbits(128), version=4)
    with tenant(group_id):
        if Group.objects.filter(pk=group_id).exists():
            progress(f"  {size.name} : déjà là.")
            return group_id
        progress(f"  {size.name} : {size.sites} établissements, {size.people} personnes…")
        places = _write_places(rng, group_id, size)
        rows = _people_rows(rng, group_id, size, places, moment)
        with transaction.atomic():
            _write(rows)
    return group_id


def _write_places(rng: Random, group_id: UUID, size: Size) -> list[tuple[UUID, Site]]:
    Group.objects.create(id=group_id, name=size.name, slug=size.slug)
    entity = LegalEntity.objects.create(
        finess=luhn_completed(f"9909{size.rank:04}"),
        siren=luhn_completed(f"9000{size.rank:04}"),
        name=size.name,
    )
    places = []
    for site in sites(rng, size.sites, size.people, 100 * size.rank):
        row = Establishment.objects.create(
            legal_entity=entity, finess=site.finess, siret=site.siret, name=site.name,
            category_code=site.category_code, department=site.department, postal_code=site.postal_code,
            city=site.city, address=f"{rng.randint(1, 90)} rue des Fictions", opened_on="1998-09-01",
        )  # fmt: skip
        Unit.objects.bulk_create(
            Unit(establishment=row, name=name) for name in UNITS[: 1 + site.headcount // 30]
        )
        places.append((row.pk, site))
    return places


def _people_rows(
    rng: Random, group_id: UUID, size: Size, places: list[tuple[UUID, Site]], moment: datetime
) -> Rows:
    communes = list(
        Commune.objects.filter(department__in=["01", "07", "26", "38", "42", "69", "73", "74", "75"])
    )
    maker = RowMaker(rng, group_id, moment, communes)
    gone, expected = size.people // 4, size.people // 120
    crowd = iter(civils(rng, size.people + gone + expected, moment.year))
    for establishment_id, site in places:
        for _ in range(site.headcount):
            stay = present_stay(rng, site.category_code, moment)
            person = maker.person(next(crowd), stay.starts_at)
            maker.stay(person, establishment_id, stay)
            if rng.random() < 0.04:
                maker.stay(person, rng.choice(places)[0], past_stay(rng, site.category_code, moment))
    for make, count in ((past_stay, gone), (planned_stay, expected)):
        for _ in range(count):
            establishment_id, site = rng.choice(places)
            stay = make(rng, site.category_code, moment)
            maker.stay(maker.person(next(crowd), stay.starts_at), establishment_id, stay)
    return maker.rows


def _write(rows: Rows) -> None:
    Person.objects.bulk_create(rows.people, batch_size=BATCH)
    Assignment.objects.bulk_create(rows.assignments, batch_size=BATCH)
    PersonIdentifier.objects.bulk_create(rows.identifiers, ignore_conflicts=True, batch_size=BATCH)
    IdentityCheck.objects.bulk_create(rows.checks, batch_size=BATCH)
    AssignmentChange.objects.bulk_create(rows.changes, batch_size=BATCH)
    Line.objects.bulk_create(rows.lines, batch_size=BATCH)
