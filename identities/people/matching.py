"""How much two records look like one human being, and why: pure functions, the reasons in French."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from identities.people.traits import PersonTraits
from portal.foundation.names import join_first_names, search_key
from portal.foundation.partial_dates import french_birth_date

# Weights of name, first names and birth date; what is unknown counts for half. Chosen on the cases of
# tests/identities/people/test_matching.py; 60 keeps a changed surname with the same first name and birth date.
NAME_WEIGHT, FIRST_NAME_WEIGHT, DATE_WEIGHT = 40, 25, 35
SHOWN_FROM = 60
SAME_PHONE, SAME_EMAIL, SAME_IDENTIFIER = 60, 65, 95
PARTICLES = {"al", "ben", "d", "da", "de", "del", "della", "der", "des", "di", "dos", "du", "el"} | {
    "l", "la", "las", "le", "les", "los", "van", "von",
}  # fmt: skip
_CLOSE_NAME = 0.88
_CLOSE_FIRST_NAME = 0.90
_CLOSE_DATE = 0.8


@dataclass(frozen=True)
class Likeness:
    """`score` from 0 to 100, and the French reasons, strongest first."""

    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    value: float | None
    reason: str = ""


def likeness(typed: PersonTraits, known: PersonTraits, identifiers: Iterable[str] = ()) -> Likeness:
    """Compares what is typed with a known record; `identifiers` are those that both carry."""
    name, first, birth = _name(typed, known), _first_names(typed, known), _birth_date(typed, known)
    weighted = ((name, NAME_WEIGHT), (first, FIRST_NAME_WEIGHT), (birth, DATE_WEIGHT))
    score = sum(weight * (0.5 if part.value is None else part.value) for part, weight in weighted)
    reasons = [part.reason for part, _ in weighted if part.reason]
    for same, floor, reason in _contacts(typed, known, identifiers):
        if same:
            score = max(score + 10, floor)
            reasons.insert(0, reason)
    return Likeness(min(round(score), 100), tuple(reasons))


def near_dates(value: str) -> list[str]:
    """The date itself, day and month exchanged, every valid date one digit away, and its partial forms."""
    if not value:
        return []
    year, month, day = value.split("-")
    digits = f"{year}{month}{day}"
    changed = (
        f"{digits[:place]}{other}{digits[place + 1 :]}" for place in range(8) for other in "0123456789"
    )
    found = {value, f"{year}-{month}-00", f"{year}-00-00"}
    found.update(iso for one in (f"{year}{day}{month}", *changed) if (iso := _real_date(one)))
    return sorted(found)


def _real_date(digits: str) -> str:
    if digits[:2] not in ("19", "20"):
        return ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""


def _contacts(
    typed: PersonTraits, known: PersonTraits, identifiers: Iterable[str]
) -> list[tuple[bool, int, str]]:
    shared = sorted(identifiers)
    return [
        (bool(typed.phone) and typed.phone == known.phone, SAME_PHONE, "même mobile"),
        (bool(typed.email) and typed.email == known.email, SAME_EMAIL, "même courriel"),
        (bool(shared), SAME_IDENTIFIER, f"même identifiant : {', '.join(shared)}"),
    ]


def _name(typed: PersonTraits, known: PersonTraits) -> _Part:
    pairs = [
        (_alike(search_key(mine), search_key(theirs)), mine_is == theirs_is, mine_is, mine, theirs)
        for mine_is, mine in (("birth", typed.birth_name), ("usage", typed.usage_name))
        for theirs_is, theirs in (("birth", known.birth_name), ("usage", known.usage_name))
        if mine and theirs
    ]
    if not pairs:
        return _Part(None)
    value, is_same_kind, kind, mine, theirs = max(pairs)
    if value < _CLOSE_NAME:
        return _swapped_with_first_name(typed, known)
    if not is_same_kind:
        return _Part(value * 0.95, _crossed(typed, known, kind, mine, theirs))
    word = "nom de naissance" if kind == "birth" else "nom d'usage"
    if value == 1:
        return _Part(1, f"même {word}")
    return _Part(value, f"{word} proche : {mine.upper()} / {theirs.upper()}")


def _crossed(typed: PersonTraits, known: PersonTraits, kind: str, mine: str, theirs: str) -> str:
    if typed.usage_name and known.usage_name:
        return "nom d'usage et nom de naissance inversés"
    if kind == "birth":
        return f"le nom de naissance {mine.upper()} est proche du nom d'usage connu, {theirs.upper()}"
    return f"le nom d'usage {mine.upper()} est proche du nom de naissance connu, {theirs.upper()}"


def _swapped_with_first_name(typed: PersonTraits, known: PersonTraits) -> _Part:
    value = _swap(typed, known)
    return _Part(value, "nom et prénom inversés") if value else _Part(0)


def _swap(typed: PersonTraits, known: PersonTraits) -> float:
    """How well the name typed is the known first name and the reverse; 0 when they are not."""
    if not typed.first_names or not known.first_names:
        return 0
    there = _alike(search_key(typed.birth_name), search_key(known.first_names[0]))
    names = [search_key(one) for one in (known.birth_name, known.usage_name) if one]
    back = max(_alike(search_key(typed.first_names[0]), one) for one in names)
    return min(there, back) if min(there, back) >= _CLOSE_FIRST_NAME else 0


def _first_names(typed: PersonTraits, known: PersonTraits) -> _Part:
    if not typed.first_names or not known.first_names:
        return _Part(None)
    mine = [search_key(one) for one in typed.first_names]
    theirs = [search_key(one) for one in known.first_names]
    shown = f"{join_first_names(typed.first_names)} / {join_first_names(known.first_names)}"
    if mine == theirs or " ".join(mine) == " ".join(theirs):
        return _Part(1, "mêmes prénoms" if len(mine) > 1 else "même prénom")
    if mine[0] == theirs[0]:
        in_part = mine == theirs[: len(mine)] or theirs == mine[: len(theirs)]
        return _Part(1 if in_part else 0.95, f"même premier prénom : {typed.first_names[0]}")
    if _alike(mine[0], theirs[0]) >= _CLOSE_FIRST_NAME:
        return _Part(0.75, f"premier prénom proche : {typed.first_names[0]} / {known.first_names[0]}")
    if set(mine) & set(theirs):
        return _Part(0.6, f"prénoms dans un autre ordre, ou en partie : {shown}")
    if _swap(typed, known):
        return _Part(0.9)  # said once, with the name
    return _Part(0, f"prénoms différents : {shown}")


def _birth_date(typed: PersonTraits, known: PersonTraits) -> _Part:
    if not typed.birth_date or not known.birth_date:
        return _Part(None)
    if typed.birth_date == known.birth_date:
        return _Part(1, "même date de naissance")
    mine, theirs = typed.birth_date.split("-"), known.birth_date.split("-")
    shown = f"{french_birth_date(typed.birth_date)} / {french_birth_date(known.birth_date)}"
    if mine[0] == theirs[0] and mine[1:] == theirs[:0:-1]:
        return _Part(_CLOSE_DATE, f"jour et mois de naissance inversés : {shown}")
    if all(a == b or "00" in (a, b) for a, b in zip(mine, theirs, strict=True)):
        return _Part(_CLOSE_DATE, f"date de naissance compatible, en partie inconnue : {shown}")
    if sum(a != b for a, b in zip(typed.birth_date, known.birth_date, strict=True)) == 1:
        return _Part(_CLOSE_DATE, f"un chiffre de la date de naissance diffère : {shown}")
    return _Part(0, f"dates de naissance différentes : {shown}")


def _particles(key: str) -> tuple[tuple[str, ...], str]:
    """The particles that a name begins with, and the rest of it."""
    words = key.split()
    count = next(
        (rank for rank, word in enumerate(words[:-1]) if word not in PARTICLES), max(len(words) - 1, 0)
    )
    return tuple(words[:count]), " ".join(words[count:])


def _alike(mine: str, theirs: str) -> float:
    """0 to 1 on search keys: typing errors (Jaro-Winkler), other order of words, one part of a compound name."""
    if mine.replace(" ", "") == theirs.replace(" ", ""):
        return 1.0
    my_particles, my_stem = _particles(mine)
    their_particles, their_stem = _particles(theirs)
    if my_particles == their_particles:  # « de la Tour » and « de la Roche » share only what is common
        closest = JaroWinkler.similarity(my_stem, their_stem)
    else:
        closest = JaroWinkler.similarity(mine.replace(" ", ""), theirs.replace(" ", ""))
    best = max(closest, fuzz.token_sort_ratio(my_stem, their_stem) / 100)
    shared = set(my_stem.split()) & set(their_stem.split())
    if sum(map(len, shared)) >= 4:  # one part of a compound name, and not three letters of it
        best = max(best, fuzz.token_set_ratio(my_stem, their_stem) / 100 * 0.95)
    return best
