"""What happens to the traits of one person between two files: every kind of error or change, each on its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from identities.people.name_likeness import PARTICLES
from identities.people.traits import PersonTraits
from portal.demo.seed.places import luhn_completed
from portal.foundation.names import search_key

_NEXT_KEYS = dict(zip("azertyuiopqsdfghjklmwxcvbn", "zertyuiopasdfghjklmqxcvbnw", strict=True))
_SHORT = {
    "Catherine": "Cathy", "Stéphanie": "Fanny", "Véronique": "Véro", "Isabelle": "Isa", "Fatoumata": "Fatou",
    "Élisabeth": "Babeth", "Nathalie": "Nath", "Valérie": "Val", "Frédéric": "Fred", "Nicolas": "Nico", "Mohamed": "Momo",
    "Christophe": "Chris", "Sébastien": "Seb", "Grégory": "Greg", "Antoine": "Tony", "Sandrine": "Sandra",
    "Marie-Thérèse": "Maïté", "Danielle": "Dany", "Alexandre": "Alex", "Benoît": "Ben", "Raphaël": "Raph",
    "Virginie": "Virg", "Jacqueline": "Jackie", "Delphine": "Del",
}  # fmt: skip
_OTHER_ALPHABETS = (
    ("mohamed", "Mohammed"), ("aïcha", "Aicha"), ("fatima", "Fatma"), ("traoré", "Traore"), ("ö", "oe"), ("ü", "ue"),
    ("kh", "k"), ("ou", "u"), ("sch", "ch"), ("ski", "sky"), ("ss", "s"), ("dj", "j"), ("ph", "f"), ("y", "i"), ("k", "c"),
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """The traits that one file gives of one person, and the RPPS number when it gives one."""

    traits: PersonTraits
    rpps: str = ""

    def but(self, **values: Any) -> "Record":
        """The same, with other traits."""
        return replace(self, traits=replace(self.traits, **values))


Change = Callable[[Random, Record, Sequence[str]], Record | None]


def typing_error(rng: Random, text: str) -> str:
    """One letter missing, doubled, exchanged with the next, or its neighbour on the keyboard; never the first."""
    place = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    if kind == 2:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    other = _NEXT_KEYS.get(text[place].lower(), "e")
    return text[:place] + other + text[place + 1 :]


def _as_a_payroll(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    was = one.traits
    names = {name: search_key(getattr(was, name)).upper() for name in ("birth_name", "usage_name")}
    return one.but(**names, first_names=tuple(search_key(name).upper() for name in was.first_names))


def _same(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    return one


def _typo_in_name(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    name = one.traits.birth_name
    return one.but(birth_name=typing_error(rng, name)) if len(name) >= 4 else None


def _typo_in_first_name(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    first, *others = one.traits.first_names or ("",)
    return one.but(first_names=(typing_error(rng, first), *others)) if len(first) >= 4 else None


def _typo_and_date(rng: Random, one: Record, surnames: Sequence[str]) -> Record | None:
    changed = _typo_in_name(rng, one, surnames)
    return _digit_of_date(rng, changed, surnames) if changed else None


def _without_hyphen(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    name, link = one.traits.birth_name, rng.choice(("", " "))
    if not set(name) & set("-'’"):
        return None
    return one.but(birth_name=name.replace("-", link).replace("'", link).replace("’", link))


def _part_of_compound(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    parts = one.traits.birth_name.split("-")
    return one.but(birth_name=rng.choice(parts)) if len(parts) == 2 and min(map(len, parts)) > 3 else None


def _compound_reversed(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    parts = one.traits.birth_name.split("-")
    return one.but(birth_name="-".join(reversed(parts))) if len(parts) == 2 else None


def _without_particle(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    words = one.traits.birth_name.replace("'", " ").split()
    kept = [word for word in words if search_key(word) not in PARTICLES]
    return one.but(birth_name=" ".join(kept)) if 0 < len(kept) < len(words) else None


def _other_alphabet(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    def written(text: str) -> str:
        small = text.lower()
        for before, after in _OTHER_ALPHABETS:
            if before in small[1:] or small == before:
                return small.replace(before, after.lower(), 1).capitalize()
        return text

    name = written(one.traits.birth_name)
    first = tuple(written(text) for text in one.traits.first_names[:1]) + one.traits.first_names[1:]
    return one.but(birth_name=name, first_names=first) if name != one.traits.birth_name else None


def _usage_as_birth(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    usage = one.traits.usage_name
    return one.but(birth_name=usage, usage_name="") if usage else None


def _birth_and_usage_swapped(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    was = one.traits
    return one.but(birth_name=was.usage_name, usage_name=was.birth_name) if was.usage_name else None


def _both_names_in_one(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    was = one.traits
    if not was.usage_name:
        return None
    return one.but(birth_name=f"{was.birth_name} {was.usage_name}", usage_name="")


def _changed_surname(rng: Random, one: Record, surnames: Sequence[str]) -> Record | None:
    """A name that neither file ties to the other. The mailbox changed with it, the mobile and the number at times."""
    if one.traits.sex != "F":
        return None
    phone = one.traits.phone if rng.random() < 0.7 else ""
    changed = one.but(birth_name=rng.choice(surnames), usage_name="", email="", phone=phone)
    return replace(changed, rpps=rng.choice((one.rpps, "")))


def _name_and_first_swapped(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    was = one.traits
    if not was.first_names:
        return None
    return one.but(
        birth_name=was.first_names[0], first_names=(was.birth_name, *was.first_names[1:]), usage_name=""
    )


def _without_first_name(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    return one.but(first_names=()) if one.traits.first_names else None


def _first_only(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    return one.but(first_names=one.traits.first_names[:1]) if len(one.traits.first_names) > 1 else None


def _first_names_reordered(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    first = one.traits.first_names
    return one.but(first_names=first[1:] + first[:1] * rng.randrange(2)) if len(first) > 1 else None


def _part_of_first_name(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    parts = (one.traits.first_names or ("",))[0].split("-")
    return one.but(first_names=(rng.choice(parts),)) if len(parts) == 2 else None


def _initial(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    return one.but(first_names=(one.traits.first_names[0][:1],)) if one.traits.first_names else None


def _diminutive(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    short = _SHORT.get((one.traits.first_names or ("",))[0])
    return one.but(first_names=(short,)) if short else None


def _day_and_month_swapped(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    year, month, day = one.traits.birth_date.split("-")
    return one.but(birth_date=f"{year}-{day}-{month}") if "00" < day <= "12" and day != month else None


def _digit_of_date(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    born = one.traits.birth_date
    if born.endswith("-00"):
        return None
    ranks = rng.choice(((3, "0123456789"), (2, "56789"), (9, "12345678"), (6, "12345678")))
    rank, digits = ranks
    if born[5] == "1" and rank == 6:
        digits = "012"
    return one.but(birth_date=born[:rank] + rng.choice(digits.replace(born[rank], "")) + born[rank + 1 :])


def _year_only(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    return one.but(birth_date=f"{one.traits.birth_date[:4]}-00-00")


def _without_date(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    return one.but(birth_date="")


def _rpps_typed_wrong(rng: Random, one: Record, _surnames: Sequence[str]) -> Record | None:
    """Another valid number: nobody's, as a key hides most slips of one digit."""
    return replace(one, rpps=luhn_completed(f"1099{rng.randrange(10**6):06}")) if one.rpps else None


def _sex_typed_wrong(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    return one.but(sex="F" if one.traits.sex == "M" else "M")


def _place_typed_wrong(_rng: Random, one: Record, _surnames: Sequence[str]) -> Record:
    return one.but(birth_commune_code="75056", birth_country_code="99100", birth_place="Paris")


def _two_errors(rng: Random, one: Record, surnames: Sequence[str]) -> Record | None:
    """Two of the usual ones together."""
    first, second = rng.sample(_USUAL, 2)
    changed = first(rng, one, surnames)
    return second(rng, changed, surnames) if changed else None


_USUAL: tuple[Change, ...] = (
    _typo_in_name, _typo_in_first_name, _first_only, _first_names_reordered, _usage_as_birth, _digit_of_date,
    _day_and_month_swapped, _without_hyphen, _sex_typed_wrong, _place_typed_wrong, _as_a_payroll,
)  # fmt: skip
CHANGES: dict[str, Change] = {
    "exact": _same,
    "capitals, no accents": _as_a_payroll,
    "typo in name": _typo_in_name,
    "typo in first name": _typo_in_first_name,
    "typo in name, and one digit of date": _typo_and_date,
    "hyphen or apostrophe lost": _without_hyphen,
    "one part of compound name": _part_of_compound,
    "compound name reversed": _compound_reversed,
    "particle lost": _without_particle,
    "foreign name written otherwise": _other_alphabet,
    "usage name as birth name": _usage_as_birth,
    "birth and usage names swapped": _birth_and_usage_swapped,
    "birth and usage names in one": _both_names_in_one,
    "changed surname": _changed_surname,
    "name and first name swapped": _name_and_first_swapped,
    "first name missing": _without_first_name,
    "first of several first names": _first_only,
    "first names reordered": _first_names_reordered,
    "part of compound first name": _part_of_first_name,
    "initial for first name": _initial,
    "diminutive": _diminutive,
    "day and month swapped": _day_and_month_swapped,
    "one digit of date": _digit_of_date,
    "year of birth only": _year_only,
    "date missing": _without_date,
    "identifier typed wrong": _rpps_typed_wrong,
    "sex typed wrong": _sex_typed_wrong,
    "place typed wrong": _place_typed_wrong,
    "two errors": _two_errors,
}
