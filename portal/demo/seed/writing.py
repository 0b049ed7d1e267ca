"""Writing a fictitious group whole: places, people, history, sealed journal. Deterministic by seed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import connection

from portal.demo.seed.names import civils
from portal.demo.seed.places import Site, luhn_completed, sites
from portal.demo.seed.profiles import Profile, drawn_profile
from portal.demo.seed.rows import Ids, RowMaker
from portal.demo.seed.stays import past_stay, planned_stay, present_stay
from portal.demo.seed.tables import Tables
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.sealing import seal_group

Progress = Callable[[str], None]
_WRITTEN_BY_HAND = 2  # groups of the demo itself; further ones draw their own profile
# Waits for whoever is writing the same group, then leaves it alone.
_GROUP = """
INSERT INTO groups_group (id, name, slug, sites_see_other_sites, created_at) VALUES (%s, %s, %s, false, %s)
ON CONFLICT (id) DO NOTHING
"""


@dataclass(frozen=True)
class Size:
    """How large a fictitious group is. `rank` tells groups apart and starts their FINESS numbers."""

    name: str
    slug: str
    sites: int
    people: int
    rank: int = 0


def group_id_of(size: Size, seed: int) -> UUID:
    """The id that this seed gives to that group."""
    return UUID(int=Random(f"{seed}/{size.slug}").getrandbits(128), version=4)


def seed_group(size: Size, *, seed: int, progress: Progress, moment: datetime | None = None) -> UUID:
    """Writes one group in one transaction and gives its id; writes nothing and gives it when it is there already."""
    moment, group_id = moment or now(), group_id_of(size, seed)
    with tenant(group_id):
        if not _is_first(size, group_id, moment):
            progress(f"  {size.name} : déjà là.")
            return group_id
        progress(f"  {size.name} : {size.sites} établissements, {size.people} personnes…")
        _rows_of(size, seed, moment).write(moment)
        seal_group(group_id)
    return group_id


def _is_first(size: Size, group_id: UUID, moment: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_GROUP, [group_id, size.name, size.slug, moment])
        return cursor.rowcount == 1


def _rows_of(size: Size, seed: int, moment: datetime) -> Tables:
    rng = Random(f"{seed}/{size.slug}")
    rng.getrandbits(128)  # the group's own id
    profile = _profile(size, seed)
    maker = RowMaker(rng, size.rank, moment, profile.birth_towns())
    places = _places(maker, size, Ids(Random(f"{seed}/{size.slug}/places"), size.rank), profile)
    gone, expected = size.people // 4, size.people // 120
    crowd = iter(civils(rng, size.people + gone + expected, moment.year, profile.names))
    for establishment_id, site in places:
        for _ in range(site.headcount):
            civil, stay = next(crowd), present_stay(rng, site.category_code, moment)
            person = maker.person(civil, stay.starts_at)
            maker.stay(person, civil, establishment_id, stay)
            if rng.random() < 0.04:
                other, before = rng.choice(places)[0], past_stay(rng, site.category_code, moment)
                if other != establishment_id or not before.collides(stay):
                    maker.stay(person, civil, other, before)
    for make, count in ((past_stay, gone), (planned_stay, expected)):
        for _ in range(count):
            establishment_id, site = rng.choice(places)
            civil, stay = next(crowd), make(rng, site.category_code, moment)
            maker.stay(maker.person(civil, stay.starts_at), civil, establishment_id, stay)
    return maker.tables


def _profile(size: Size, seed: int) -> Profile:
    if size.rank < _WRITTEN_BY_HAND:
        return Profile()
    return drawn_profile(Random(f"{seed}/{size.slug}/profile"), size.sites)


def _places(maker: RowMaker, size: Size, ids: Ids, profile: Profile) -> list[tuple[UUID, Site]]:
    entity = ids.draw()
    finess, siren = luhn_completed(f"9909{size.rank:04}"), luhn_completed(f"9000{size.rank:04}")
    maker.tables.entities.rows.append((entity, finess, siren, size.name))
    drawn = sites(maker.rng, size.sites, size.people, 100 * size.rank, siren, profile.kinds, profile.towns)
    return [(maker.place(site, ids, entity), site) for site in drawn]
