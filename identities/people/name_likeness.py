"""How much two names, or two lists of first names, look like the same one, and why: pure functions, reasons in French."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from portal.foundation.names import join_first_names, search_key

PARTICLES = {"al", "ben", "d", "da", "de", "del", "della", "der", "des", "di", "dos", "du", "el"} | {
    "l", "la", "las", "le", "les", "los", "van", "von",
}  # fmt: skip
CLOSE_NAME = 0.88
CLOSE_FIRST_NAME = 0.9
SAME_FIRST_NAMES = "mêmes prénoms"  # two of them at least
_OTHER_FIRST_NAMES = -0.6  # twins have everything else in common
_DIMINUTIVES = Path(__file__).resolve().parent / "reference" / "diminutives.csv"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing compared: 1 the same, 0 nothing alike, below what speaks against, None unknown to one of the two."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name cut once: as written, its key, without spaces, the particles it begins with, and the rest."""

    shown: str
    key: str
    compact: str
    particles: tuple[str, ...]
    stem: str

    @classmethod
    def of(cls, shown: str) -> "Name":
        key = search_key(shown)
        words = key.split()
        last = max(len(words) - 1, 0)
        count = next((rank for rank, word in enumerate(words[:-1]) if word not in PARTICLES), last)
        return cls(shown, key, "".join(words), tuple(words[:count]), " ".join(words[count:]))


@dataclass(frozen=True, slots=True)
class Names:
    """All the names of one record."""

    birth: Name
    usage: Name
    first: tuple[Name, ...]

    @classmethod
    def of(cls, birth_name: str, usage_name: str, first_names: Sequence[str]) -> "Names":
        return cls(Name.of(birth_name), Name.of(usage_name), tuple(Name.of(one) for one in first_names))

    @property
    def of_family(self) -> list[Name]:
        return [one for one in (self.birth, self.usage) if one.key]


def alike(mine: Name, theirs: Name) -> float:
    """0 to 1: typing errors (Jaro-Winkler), other order of words, one part of a compound name."""
    if mine.compact == theirs.compact:
        return 1.0
    if mine.particles == theirs.particles:  # « de la Tour » and « de la Roche » share only what is common
        best = JaroWinkler.similarity(mine.stem, theirs.stem)
    else:
        best = JaroWinkler.similarity(mine.compact, theirs.compact)
    if " " not in mine.stem and " " not in theirs.stem:
        return max(best, 1.0 if mine.stem == theirs.stem else 0)
    best = max(best, fuzz.token_sort_ratio(mine.stem, theirs.stem) / 100)
    shared = set(mine.stem.split()) & set(theirs.stem.split())
    if sum(map(len, shared)) >= 4:  # one part of a compound name, and not three letters of it
        best = max(best, fuzz.token_set_ratio(mine.stem, theirs.stem) / 100 * 0.95)
    return best


def compare_names(mine: Names, theirs: Names) -> Part:
    """Birth and usage names, each with each; failing that, name and first name exchanged."""
    pairs = [
        (alike(my_name, their_name), my_name is mine.birth, their_name is theirs.birth, my_name, their_name)
        for my_name in mine.of_family
        for their_name in theirs.of_family
    ]
    if not pairs:
        return Part(None)
    value, mine_is_birth, theirs_is_birth, my_name, their_name = max(
        pairs, key=lambda one: (one[0], one[1] == one[2], one[1])
    )
    if value < CLOSE_NAME:
        exchanged = _exchanged(mine, theirs)
        return Part(exchanged, "nom et prénom inversés") if exchanged else Part(0, "noms différents")
    shown = f"{my_name.shown.upper()} / {their_name.shown.upper()}"
    if mine_is_birth != theirs_is_birth:
        return Part(value * 0.95, _crossed(mine, theirs, mine_is_birth, my_name, their_name))
    word = "nom de naissance" if mine_is_birth else "nom d'usage"
    return Part(1, f"même {word}") if value == 1 else Part(value, f"{word} proche : {shown}")


def compare_first_names(mine: Names, theirs: Names) -> Part:
    """Lists of first names: missing, in another order, compound ones in part, typing errors, diminutives as weak hints."""
    if not mine.first or not theirs.first:
        return Part(None)
    my_keys, their_keys = [one.key for one in mine.first], [one.key for one in theirs.first]
    if my_keys == their_keys or "".join(my_keys).replace(" ", "") == "".join(their_keys).replace(" ", ""):
        return Part(1, SAME_FIRST_NAMES) if len(my_keys) > 1 else Part(1, "même prénom")
    if mine.first[0].compact == theirs.first[0].compact:
        in_part = my_keys == their_keys[: len(my_keys)] or their_keys == my_keys[: len(their_keys)]
        return Part(1 if in_part else 0.9, f"même premier prénom : {mine.first[0].shown}")
    return _near_first_names(mine, theirs)


def _near_first_names(mine: Names, theirs: Names) -> Part:
    first, known = mine.first[0], theirs.first[0]
    shown = " / ".join(join_first_names([one.shown for one in some.first]) for some in (mine, theirs))
    pair = f"{first.shown} / {known.shown}"
    if is_typing_error(first.compact, known.compact):
        return Part(0.8, f"premier prénom proche : {pair}")
    if _any_shared(mine.first, theirs.first):
        return Part(0.75, f"prénoms dans un autre ordre, ou en partie : {shown}")
    if set(first.key.split()) & set(known.key.split()) and _is_part(first, known):
        return Part(0.7, f"prénom composé, en partie : {pair}")
    if min(len(first.compact), len(known.compact)) == 1 and first.compact[0] == known.compact[0]:
        return Part(0.6, f"même initiale du prénom : {pair}")
    if diminutives(first.key) & diminutives(known.key):
        return Part(0.6, f"diminutif possible : {pair}")
    if _exchanged(mine, theirs):
        return Part(1)  # said once, with the name
    return Part(_OTHER_FIRST_NAMES, f"prénoms différents : {shown}")


def is_typing_error(mine: str, theirs: str) -> bool:
    """One letter typed wrong, missing, too many or exchanged with the next; two of eight letters or more."""
    if max(len(mine), len(theirs)) < 4:  # Léa and Léo are two people
        return False
    return OSA.distance(mine, theirs, score_cutoff=2) <= (2 if min(len(mine), len(theirs)) >= 8 else 1)


@cache
def diminutives(key: str) -> frozenset[str]:
    """The civil first names that this one may stand for, itself among them (keys): a table of ours, of weak hints."""
    return _table().get(key, frozenset()) | {key}


@cache
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    with _DIMINUTIVES.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            key = search_key(row["diminutif"])
            table[key] = table.get(key, frozenset()) | {search_key(row["prenom"])}
    return table


def _any_shared(mine: Sequence[Name], theirs: Sequence[Name]) -> bool:
    return any(one.compact == other.compact for one in mine for other in theirs)


def _is_part(mine: Name, theirs: Name) -> bool:
    words, others = set(mine.key.split()), set(theirs.key.split())
    return words <= others or others <= words


def _exchanged(mine: Names, theirs: Names) -> float:
    """How well the name of one is the first name of the other and the reverse; 0 when they are not."""
    if not mine.first or not theirs.first:
        return 0
    there = max((alike(one, theirs.first[0]) for one in mine.of_family), default=0)
    if there < CLOSE_FIRST_NAME:
        return 0
    back = max((alike(mine.first[0], one) for one in theirs.of_family), default=0)
    return min(there, back) if back >= CLOSE_FIRST_NAME else 0


def _crossed(mine: Names, theirs: Names, mine_is_birth: bool, my_name: Name, their_name: Name) -> str:
    if mine.usage.key and theirs.usage.key:
        return "nom d'usage et nom de naissance inversés"
    my_word, their_word = (
        ("nom de naissance", "nom d'usage") if mine_is_birth else ("nom d'usage", "nom de naissance")
    )
    return (
        f"le {my_word} {my_name.shown.upper()} est proche du {their_word} connu, {their_name.shown.upper()}"
    )
