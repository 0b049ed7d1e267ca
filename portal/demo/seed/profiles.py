"""What tells one fictitious group from another: its region, its trades, the names of its people and how often they come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple, TypeVar

from identities.people.models import Commune
from portal.demo.seed.names import MEN, SURNAMES, WOMEN, NameStock
from portal.demo.seed.places import FIFTY, KINDS, TOWNS

T = TypeVar("T")
# Made-up surnames of French look: with the usual ones, some 3,500.
ROOTS = (
    "Al Ar Ba Bar Bel Ber Bois Bon Bour Cam Car Chan Char Clair Cour Dal Del Dor Es Far Fon Gar Gou Gran Hau Jar La "
    "Lan Mal Mar Mon Mor Per Pon Ri Ro Sau Tan Val Ver Vil"
).split()
ENDINGS = (
    "lier nard bault gnon teau vert chet rand mont cel din guet reau sier tin loup quin vaud bert net".split()
)
LINKS = ("", "a", "e", "i")
ALL_SURNAMES = (*SURNAMES, *("".join(parts) for parts in product(ROOTS, LINKS, ENDINGS)))
OVERSEAS = ("97", "98")  # their groups are few: no fictitious one stands there


class Town(NamedTuple):
    """A commune where somebody may be born, or a site may stand when it has a postal code."""

    code: str
    name: str
    department: str
    postal_code: str


@dataclass(frozen=True)
class Profile:
    """By default, that of the demo's group."""

    names: NameStock = field(default_factory=NameStock)
    kinds: Sequence[tuple[str, str, int]] = FIFTY
    towns: Sequence[tuple[str, str, str]] = TOWNS
    departments: Sequence[str] = ("01", "07", "26", "38", "42", "69", "73", "74", "75")

    def birth_towns(self) -> list[Town]:
        """Where the people of this group were born, when in France; always in the same order."""
        return [town for one in sorted(self.departments) for town in _towns()[one]]


@cache
def _towns() -> dict[str, list[Town]]:
    found: dict[str, list[Town]] = defaultdict(list)
    columns = Commune.objects.order_by("pk").values_list("code", "name", "department", "postal_codes")
    for code, name, department, postal_codes in columns:
        found[department].append(Town(code, name, department, postal_codes[:5]))
    return found


def drawn_profile(rng: Random, sites: int) -> Profile:
    """A region of one to six departments, and shares that real groups show: no two groups are alike."""
    known = sorted(one for one in _towns() if not one.startswith(OVERSEAS))
    departments = rng.sample(known, rng.randint(1, 6))
    housed = [town for one in departments for town in _towns()[one] if town.postal_code]
    towns = rng.sample(housed, min(len(housed), sites))
    weights = [number * rng.uniform(0.2, 2) for _, _, number, _ in KINDS]
    return Profile(
        names=NameStock(
            surnames=_by_frequency(rng, ALL_SURNAMES, 9000, 40),
            women=_by_frequency(rng, WOMEN, 400, 8),
            men=_by_frequency(rng, MEN, 400, 8),
            share_of_women=rng.uniform(0.74, 0.92),
            share_born_abroad=rng.uniform(0.04, 0.3),
            share_of_usage_names=rng.uniform(0.2, 0.45),
        ),
        kinds=[(code, prefix, size) for code, prefix, _, size in rng.choices(KINDS, weights, k=sites)],
        towns=[(town.department, town.postal_code, town.name) for town in towns],
        departments=[*departments, "75"],
    )


def _by_frequency(rng: Random, stock: Sequence[T], length: int, flat: int) -> list[T]:
    """The stock shuffled, its first ones repeated most (Zipf, from rank `flat`): about `length` entries."""
    order = rng.sample(stock, len(stock))
    weights = [1 / (rank + flat) for rank in range(len(order))]
    scale = length / sum(weights)
    return [
        name
        for name, weight in zip(order, weights, strict=True)
        for _ in range(max(1, round(weight * scale)))
    ]
