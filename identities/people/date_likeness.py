"""How much two dates or two places of birth look like the same one, and why: pure functions, reasons in French."""

from datetime import date

from rapidfuzz.distance import JaroWinkler

from identities.people.name_likeness import Part
from portal.foundation.names import search_key
from portal.foundation.partial_dates import french_birth_date

CLOSE_DATE = 0.8
_ONE_PART = 0.4
_CLOSE_PLACE = 0.9
_PARTS = ("l'année", "le mois", "le jour")
FRANCE = ("", "99100")


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


def compare_dates(mine: str, theirs: str) -> Part:
    """Same, exchanged, one digit or one part away, compatible when one of them is known in part."""
    if not mine or not theirs:
        return Part(None)
    if mine == theirs:
        return Part(1, "même date de naissance")
    my_parts, their_parts = mine.split("-"), theirs.split("-")
    shown = f"{french_birth_date(mine)} / {french_birth_date(theirs)}"
    if my_parts[0] == their_parts[0] and my_parts[1:] == their_parts[:0:-1]:
        return Part(CLOSE_DATE, f"jour et mois de naissance inversés : {shown}")
    if all(a == b or "00" in (a, b) for a, b in zip(my_parts, their_parts, strict=True)):
        return Part(CLOSE_DATE, f"date de naissance compatible, en partie inconnue : {shown}")
    if sum(a != b for a, b in zip(mine, theirs, strict=True)) == 1:
        return Part(CLOSE_DATE, f"un chiffre de la date de naissance diffère : {shown}")
    other = [word for word, a, b in zip(_PARTS, my_parts, their_parts, strict=True) if a != b]
    if len(other) == 1:
        return Part(
            _ONE_PART, f"seul {other[0]} de naissance diffère : {shown}".replace("seul l'", "seule l'")
        )
    return Part(0, f"dates de naissance différentes : {shown}")


def compare_places(mine: tuple[str, str, str], theirs: tuple[str, str, str]) -> Part:
    """(commune code, country code, town) of each. Two communes of one department say nothing: the ward, or the home."""
    if mine == theirs and any((mine[0], mine[2])):
        return Part(1, "même lieu de naissance")
    my_land, their_land = _land(mine), _land(theirs)
    if not my_land or not their_land:
        return Part(None)
    if my_land != their_land:
        return Part(0, "lieux de naissance différents")
    if mine[0] and mine[0] == theirs[0]:
        return Part(1, "même lieu de naissance")
    my_town, their_town = search_key(mine[2]), search_key(theirs[2])
    if my_town and their_town and JaroWinkler.similarity(my_town, their_town) >= _CLOSE_PLACE:
        return Part(1, "même lieu de naissance")
    return Part(None)


def _land(place: tuple[str, str, str]) -> str:
    """A French department, a country, or nothing when neither is known."""
    commune, country, _ = place
    if commune[:2] in ("20", "2A", "2B"):
        return "20"  # Corsica, before and since 1976
    if commune:
        return commune[:3] if commune.startswith("97") else commune[:2]
    return "" if country in FRANCE else country


def _real_date(digits: str) -> str:
    if digits[:2] not in ("19", "20"):
        return ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""
