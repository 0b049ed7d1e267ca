"""How much two records look like one human being, and why: one engine for arrivals, files and the doubles of a group.

Weights and thresholds: portal/decisions/0011-matching.md, with what they find and what they miss on a labelled set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from identities.people.date_likeness import CLOSE_DATE, compare_dates, compare_places, near_dates
from identities.people.name_likeness import (
    SAME_FIRST_NAMES,
    Names,
    Part,
    compare_first_names,
    compare_names,
    is_typing_error,
)
from identities.people.traits import PersonTraits

__all__ = [
    "PROPOSED_FROM",
    "SHOWN_FROM",
    "Comparable",
    "Likeness",
    "compare",
    "is_certain",
    "likeness",
    "near_dates",
]

# What is unknown counts for half. Chosen on the cases of tests/identities/people/test_matching.py and the labelled set.
NAME_WEIGHT, FIRST_NAME_WEIGHT, DATE_WEIGHT = 40, 25, 35
# Shown to whoever types somebody: twins and homonyms too, as « possible ». Proposed by the machine: the same person only.
SHOWN_FROM, PROPOSED_FROM = 60, 70
SAME_PLACE, OTHER_PLACE, OTHER_SEX, OTHER_RPPS = 10, -10, -15, -25
SAME_CONTACT, SAME_IDENTIFIER, SEVERAL_FIRST_NAMES = 15, 95, 10
SAME_PHONE, SAME_EMAIL, NUMBER_TO_CHECK = 60, 65, 65
AGREEING_FIRST_NAME = 0.8  # the first one is the same, but for a typing error
_TOO_LITTLE = 55  # a name alone, or a date alone


@dataclass(frozen=True)
class Likeness:
    """`score` from 0 to 100, and the French reasons, strongest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """« Même nom de naissance, même prénom et même date de naissance. »"""
        if not self.reasons:
            return ""
        *before, last = self.reasons
        text = f"{', '.join(before)} et {last}" if before else last
        return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True)
class Comparable:
    """A record cut once, to be compared with many. `rpps` is the number in force, when known."""

    traits: PersonTraits
    rpps: str = ""

    @cached_property
    def names(self) -> Names:
        return Names.of(self.traits.birth_name, self.traits.usage_name, self.traits.first_names)

    @property
    def place(self) -> tuple[str, str, str]:
        return self.traits.birth_commune_code, self.traits.birth_country_code, self.traits.birth_place


@dataclass(frozen=True)
class _Parts:
    name: Part
    first: Part
    birth: Part
    place: Part
    is_other_sex: bool

    @classmethod
    def of(cls, typed: Comparable, known: Comparable) -> "_Parts":
        return cls(
            compare_names(typed.names, known.names),
            compare_first_names(typed.names, known.names),
            compare_dates(typed.traits.birth_date, known.traits.birth_date),
            compare_places(typed.place, known.place),
            {typed.traits.sex, known.traits.sex} == {"F", "M"},
        )

    @property
    def are_compatible(self) -> bool:
        """Neither the date nor the first names speak against: homonyms and twins are born in the same town too."""
        return self.birth.value != 0 and (self.first.value is None or self.first.value >= 0)

    @property
    def weighted(self) -> tuple[tuple[Part, int], ...]:
        return (self.name, NAME_WEIGHT), (self.first, FIRST_NAME_WEIGHT), (self.birth, DATE_WEIGHT)


def likeness(typed: PersonTraits, known: PersonTraits, identifiers: Iterable[str] = ()) -> Likeness:
    """Compares what is typed with a known record; `identifiers` are those that both carry."""
    return compare(Comparable(typed), Comparable(known), identifiers)


def compare(typed: Comparable, known: Comparable, identifiers: Iterable[str] = ()) -> Likeness:
    """The same of two records cut before. Whatever the order of the two, the score is the same."""
    parts = _Parts.of(typed, known)
    weighted = parts.weighted
    score = sum(weight * (0.5 if part.value is None else part.value) for part, weight in weighted)
    reasons = [part.reason for part, _ in weighted if part.reason]
    for change, reason in _further(parts, typed, known):
        score += change
        reasons.append(reason)
    if sum(part.value is None for part, _ in weighted) >= 2:
        score = min(score, _TOO_LITTLE)
    for same, floor, reason in _contacts(typed.traits, known.traits):
        if same:
            score = max(score + SAME_CONTACT, floor)
            reasons.insert(0, reason)
    shared = sorted(identifiers)
    if shared:
        word = f"même identifiant : {', '.join(shared)}"
        score, reason = _with_identifier(parts, score, word)
        reasons.insert(0, reason)
    return Likeness(max(0, min(round(score), 100)), tuple(reasons))


def is_certain(typed: Comparable, known: Comparable) -> bool:
    """Whether two records that share an RPPS or a PSI number may be linked without anybody: their traits must agree.

    The surname may have changed when first names and date are the same; a near or unknown date needs the names. Twins are
    refused by their first names, a number of somebody else by all of it, and another sex always.
    """
    parts = _Parts.of(typed, known)
    name, first, birth = parts.name.value, parts.first.value, parts.birth.value
    if parts.is_other_sex or first is None or first < AGREEING_FIRST_NAME:
        return False
    if birth is not None and birth < CLOSE_DATE:
        return False
    return bool(name) or (birth == 1 and first == 1)


def _further(parts: _Parts, typed: Comparable, known: Comparable) -> list[tuple[int, str]]:
    found = []
    if parts.birth.value == 1 and parts.first.reason == SAME_FIRST_NAMES and not parts.name.value:
        found.append((SEVERAL_FIRST_NAMES, "nom peut-être changé"))
    if parts.place.value == 1 and parts.are_compatible:
        found.append((SAME_PLACE, parts.place.reason))
    if parts.place.value == 0:
        found.append((OTHER_PLACE, parts.place.reason))
    if parts.is_other_sex:
        found.append((OTHER_SEX, "sexe différent"))
    if typed.rpps and known.rpps and typed.rpps != known.rpps:
        near = is_typing_error(typed.rpps, known.rpps)
        found.append((0, "RPPS proches") if near else (OTHER_RPPS, "RPPS différents"))
    return found


def _contacts(typed: PersonTraits, known: PersonTraits) -> list[tuple[bool, int, str]]:
    return [
        (bool(typed.phone) and typed.phone == known.phone, SAME_PHONE, "même mobile"),
        (bool(typed.email) and typed.email == known.email, SAME_EMAIL, "même courriel"),
    ]


def _with_identifier(parts: _Parts, score: float, reason: str) -> tuple[float, str]:
    """A number shared proves much, unless neither name, first names nor date go with it: it may be typed wrong."""
    if any(part.value and part.value > 0 for part, _ in parts.weighted):
        return max(score + SAME_CONTACT, SAME_IDENTIFIER), reason
    return NUMBER_TO_CHECK, f"{reason}, à vérifier : rien d'autre ne concorde"
