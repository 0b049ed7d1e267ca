"""A labelled set for the bench of matching: known people, and lines each said to be one of them, or nobody.

Deterministic; all fictitious. The shapes of names are those that registers and test sets show (aliases of a hundred
letters, two hyphens in a row, every accent, six first names), never the names themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from identities.people.traits import PersonTraits
from portal.demo.seed.labelled_errors import CHANGES, Record
from portal.demo.seed.names import Civil, NameStock, civil
from portal.demo.seed.places import luhn_completed
from portal.demo.seed.profiles import ALL_SURNAMES

THIS_YEAR = 2026
SHARE_OF_TRUE, SHARE_OF_EXACT = 0.6, 0.15
_ONE_CONTACT = "accueil@tilleuls.example"  # typed for everybody by somebody in a hurry
_TOWNS = (
    ("01053", "Bourg-en-Bresse"), ("01033", "Valserhône"), ("38185", "Grenoble"), ("38544", "Vienne"),
    ("69266", "Villeurbanne"), ("69264", "Villefranche-sur-Saône"), ("42218", "Saint-Étienne"), ("42187", "Roanne"),
    ("73065", "Chambéry"), ("73011", "Albertville"), ("74010", "Annecy"), ("74281", "Thonon-les-Bains"),
    ("26362", "Valence"), ("26198", "Montélimar"), ("07186", "Privas"), ("13055", "Marseille"), ("59350", "Lille"),
    ("2B033", "Bastia"), ("97416", "Saint-Pierre"),
)  # fmt: skip
_SHAPES = (
    ("de la Combe dit Combelle alias Soosandran dit aussi Antoine Marie de la Combelle Soosandran du Val", "Marie Antoine"),
    ("Huc--Garnon", "Anaïs Maréva"), ("N'Goran", "Virginie Andrée Henriette"), ("D'Hontelle", "Marie-Louise Godelieve"),
    ("Ràâäçéèêëîïôöùûüÿæœ", "Mireille Tàâäçéèêëîïôöùûüÿæœ"), ("Leignac Zittel", "Kayla Thaïs"), ("El Hannoui", "Kevin"),
    ("Clairnier", "Kenny-Elijah-Emanuel Agapé-Belamour Gaël-Li-Magnifique Samson-Salomon Jonathanaël Théophile"),
    ("Randrianavelo", "Lamasoa"), ("De Vuonelli", "Lazlo Attila Szabolcs"), ("Ô", "Mââ Méréï"), ("Xu", "Li"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What a file says. `same_as`: rank of the known person it is, or None for nobody; `kind`: the error, or the trap."""

    record: Record
    kind: str
    same_as: int | None


@dataclass(frozen=True)
class LabelledSet:
    """Known people and the lines compared with them."""

    known: Sequence[Record]
    lines: Sequence[Line]


def labelled_set(size: int = 3500, seed: int = 2026) -> LabelledSet:
    """As many lines as known people; six out of ten are one of them, each of these another one."""
    rng = Random(seed)
    people = _People(rng)
    known = [*people.shapes(), *(people.draw() for _ in range(size))][:size]
    ranks = rng.sample(range(size), size)
    number = round(size * SHARE_OF_TRUE)
    lines = list(_true_lines(rng, people, known, ranks[:number]))
    lines += [_false_line(rng, people, known[rank]) for rank in ranks[number:]]
    rng.shuffle(lines)
    return LabelledSet(known, lines)


class _People:
    """Draws people; a file tells less of each than the register."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        stock = rng.sample(ALL_SURNAMES, len(ALL_SURNAMES))
        often = [name for rank, name in enumerate(stock) for _ in range(max(1, 120 // (rank + 20)))]
        self.stock = NameStock(surnames=often)
        self._numbers = iter(rng.sample(range(10**8), 10**6))

    def draw(self) -> Record:
        return self._record(civil(self.rng, THIS_YEAR, self.stock))

    def shapes(self) -> Iterator[Record]:
        """Names that hurt, once each."""
        for name, first in _SHAPES:
            drawn = civil(self.rng, THIS_YEAR, self.stock)
            yield self._record(replace(drawn, birth_name=name, first_names=tuple(first.split())))

    def another(self, model: Record, first_name: str = "", **values: object) -> Record:
        """Somebody else, with some traits of the model."""
        own = self.draw()
        values |= {"first_names": (first_name, *own.traits.first_names[1:])} if first_name else {}
        return own.but(birth_name=model.traits.birth_name, **values)

    def other_first_name(self, model: Record) -> str:
        """Of the same sex, and none that the model has."""
        stock = self.stock.women if model.traits.sex == "F" else self.stock.men
        return self.rng.choice([one for one in stock if one not in model.traits.first_names])

    def as_told(self, record: Record) -> Record:
        """With what a file gives: a place seven times out of ten, a mobile one time out of two."""
        rng, hidden = self.rng, dict[str, str]()
        if rng.random() < 0.3:
            hidden |= {"birth_commune_code": "", "birth_country_code": "", "birth_place": ""}
        hidden |= {name: "" for name, share in (("phone", 0.5), ("email", 0.6)) if rng.random() < share}
        return replace(record.but(**hidden), rpps=record.rpps if rng.random() < 0.5 else "")

    def _record(self, drawn: Civil) -> Record:
        number = f"{next(self._numbers):08}"
        code, town = drawn.born_abroad or self.rng.choice(_TOWNS)
        abroad = drawn.born_abroad is not None
        traits = PersonTraits(
            drawn.birth_name, drawn.first_names, drawn.usage_name, drawn.sex, drawn.birth_date,
            "" if abroad else code, code if abroad else "99100", town, phone=f"+336{number}",
            email=f"personne{number}@tilleuls.example",
        )  # fmt: skip
        return Record(traits, luhn_completed(f"10{number}") if self.rng.random() < 0.35 else "")


def _true_lines(
    rng: Random, people: _People, known: Sequence[Record], ranks: Sequence[int]
) -> Iterator[Line]:
    """One line for each rank; the kinds in turn, as long as they can happen to somebody left."""
    left = list(ranks)
    exact = round(len(left) * SHARE_OF_EXACT)
    for rank in left[:exact]:
        yield Line(people.as_told(known[rank]), "exact", rank)
    left, kinds = left[exact:], list(CHANGES)
    while left:
        for kind in kinds:
            changed = ((rank, CHANGES[kind](rng, known[rank], people.stock.surnames)) for rank in left)
            found = next(((rank, record) for rank, record in changed if record is not None), None)
            if found:
                left.remove(found[0])
                yield Line(people.as_told(found[1]), kind, found[0])


def _twin(people: _People, model: Record) -> Record:
    was = model.traits
    born = {
        name: getattr(was, name)
        for name in ("birth_date", "birth_commune_code", "birth_country_code", "birth_place", "sex")
    }
    return people.another(model, people.other_first_name(model), usage_name="", **born)


def _homonym(people: _People, model: Record) -> Record:
    return people.another(model, first_names=model.traits.first_names, sex=model.traits.sex)


def _relative(people: _People, model: Record) -> Record:
    return people.another(
        model, people.other_first_name(model), phone=model.traits.phone, sex=model.traits.sex
    )


def _spouse(people: _People, model: Record) -> Record:
    return people.draw().but(usage_name=model.traits.birth_name)


def _same_birthday(people: _People, model: Record) -> Record:
    return people.draw().but(birth_date=model.traits.birth_date, sex=model.traits.sex)


def _number_of_another(people: _People, model: Record) -> Record:
    return replace(people.draw(), rpps=model.rpps)


def _number_of_twin(people: _People, model: Record) -> Record:
    return replace(_twin(people, model), rpps=model.rpps)


def _shared_contact(people: _People, _model: Record) -> Record:
    return people.draw().but(email=_ONE_CONTACT)


def _stranger(people: _People, _model: Record) -> Record:
    return people.draw()


TRAPS: dict[str, tuple[Callable[[_People, Record], Record], int]] = {
    "stranger": (_stranger, 56),
    "homonym": (_homonym, 10),
    "twin": (_twin, 8),
    "relative with the same mobile": (_relative, 6),
    "spouse": (_spouse, 5),
    "born the same day": (_same_birthday, 8),
    "number of somebody else": (_number_of_another, 8),
    "number of the twin": (_number_of_twin, 6),
    "mailbox of the site": (_shared_contact, 2),
}


def _false_line(rng: Random, people: _People, model: Record) -> Line:
    possible = [one for one in TRAPS if model.rpps or "number" not in one]
    kind = rng.choices(possible, [TRAPS[one][1] for one in possible])[0]
    record = TRAPS[kind][0](people, model)
    told = people.as_told(record)
    return Line(replace(told, rpps=record.rpps) if "number" in kind else told, kind, None)
