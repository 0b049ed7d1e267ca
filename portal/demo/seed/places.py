"""The fictitious group of the demo: 50 ESMS of mixed categories in eight departments."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

# (category code, prefix, how many, people present)
KINDS = (
    ("500", "EHPAD", 24, 88),
    ("354", "SSIAD", 4, 42),
    ("183", "IME", 4, 74),
    ("182", "SESSAD", 3, 30),
    ("255", "MAS", 3, 90),
    ("448", "EAM", 3, 72),
    ("382", "Foyer de vie", 3, 50),
    ("246", "ESAT", 3, 38),
    ("446", "SAVS", 2, 22),
    ("445", "SAMSAH", 1, 26),
)
NAMES = (
    "Les Glycines|Le Vieux Moulin|La Roseraie|Les Tilleuls|Bellevue|Les Quatre Vents|Le Clos Fleuri|"
    "Les Mésanges|Beau Soleil|La Source|Les Lavandes|Le Belvédère|Les Cèdres|La Chênaie|Les Bruyères|"
    "Le Pré Vert|L'Orée du Bois|Les Églantines|La Colline|Les Peupliers|Val Fleuri|Les Hirondelles|"
    "Le Grand Pré|Les Marronniers|La Passerelle|Les Ormes|Arc-en-Ciel|Les Alizés|La Rivière|"
    "Le Tremplin|Les Sablons|L'Éveil|Les Coquelicots|Le Sentier|La Clairière|Les Noisetiers|Horizon|"
    "Les Genêts|La Fontaine|Les Charmes|L'Envol|Les Iris|Le Verger|La Combe|Les Acacias|Le Phare|"
    "Les Saules|La Prairie|L'Escale|Les Amandiers"
).split("|")
TOWNS = (
    ("01", "01000", "Bourg-en-Bresse"), ("01", "01200", "Valserhône"), ("38", "38000", "Grenoble"),
    ("38", "38200", "Vienne"),
    ("69", "69100", "Villeurbanne"), ("69", "69400", "Villefranche-sur-Saône"), ("42", "42000", "Saint-Étienne"),
    ("42", "42300", "Roanne"), ("73", "73000", "Chambéry"), ("73", "73200", "Albertville"), ("74", "74000", "Annecy"),
    ("74", "74200", "Thonon-les-Bains"), ("26", "26000", "Valence"), ("26", "26200", "Montélimar"),
    ("07", "07000", "Privas"),
)  # fmt: skip


# The same kinds, one by one: what a group of 50 sites is made of.
FIFTY = tuple((code, prefix, size) for code, prefix, number, size in KINDS for _ in range(number))


@dataclass(frozen=True)
class Site:
    """One establishment to be. `headcount` is the number of people present."""

    finess: str
    siret: str
    name: str
    category_code: str
    department: str
    postal_code: str
    city: str
    headcount: int


def luhn_completed(stem: str) -> str:
    """`stem` followed by its Luhn key, as FINESS, SIREN and SIRET are built."""
    total = 0
    for rank, digit in enumerate(reversed(stem)):
        value = int(digit) * (2 if rank % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{stem}{-total % 10}"


def sites(
    rng: Random,
    count: int,
    people: int,
    first_number: int,
    siren: str,
    kinds: Sequence[tuple[str, str, int]] = FIFTY,
    towns: Sequence[tuple[str, str, str]] = TOWNS,
) -> list[Site]:
    """`count` sites for `people` present in all. Numbers start with 99, a department that does not exist."""
    kinds = kinds[:count]
    drawn = [max(8, round(size * rng.uniform(0.7, 1.3))) for _, _, size in kinds]
    scale = people / sum(drawn)
    heads = [max(3, int(size * scale)) for size in drawn]
    for rank in range(people - sum(heads)):
        heads[rank % len(heads)] += 1
    made = []
    for rank, (code, prefix, _) in enumerate(kinds):
        department, postal_code, city = towns[rank % len(towns)]
        made.append(
            Site(
                finess=luhn_completed(f"99{first_number + rank:06}"),
                siret=luhn_completed(f"{siren}{rank + 1:04}"),
                name=f"{prefix} {NAMES[(first_number + rank) % len(NAMES)]}",
                category_code=code,
                department=department,
                postal_code=postal_code,
                city=city,
                headcount=heads[rank],
            )
        )
    return made
