"""Civil names: what may be typed, how first names are split, and the key that compares them (as `app.search_key` does)."""

import re
import unicodedata

from portal.foundation.errors import DomainError

MAX_NAME = 100
MAX_FIRST_NAME = 60
_APOSTROPHES = "'’ʼ‘`´"
_PUNCTUATION = f" -.{_APOSTROPHES}"
_SPACES = re.compile(r"\s+")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
# Letters that carry no separable accent, and what PostgreSQL's `unaccent` makes of them (rules of version 18).
_OPENED = (
    "Æae Ðd Øo Þth ßss æae ðd øo þth Đd đd Ħh ħh ıi Ĳij ĳij ĸq Ŀl ŀl Łl łl Ŋn ŋn Œoe œoe Ŧt ŧt ſs ƀb Ɓb Ƃb ƃb Ƈc ƈc"
    " Ɖd Ɗd Ƌd ƌd Ɛe Ƒf ƒf Ɠg ƕhv Ɩi Ɨi Ƙk ƙk ƚl Ɲn ƞn Ƣoi ƣoi Ƥp ƥp ƫt Ƭt ƭt Ʈt Ʋv Ƴy ƴy Ƶz ƶz Ǆdz ǅdz ǆdz Ǉlj ǈlj"
    " ǉlj Ǌnj ǋnj ǌnj Ǥg ǥg Ǳdz ǲdz ǳdz ȡd Ȥz ȥz ȴl ȵn ȶt ȷj ȸdb ȹqp Ⱥa Ȼc ȼc Ƚl Ⱦt ȿs ɀz Ƀb Ʉu Ɇe ɇe Ɉj ɉj Ɍr ɍr Ɏy"
    " ɏy ªa ºo ẚa ẜs ẝs ẞss Ỻll ỻll Ỽv ỽv Ỿy ỿy ﬀff ﬁfi ﬂfl"
)
_LIGATURES = str.maketrans(
    {pair[0]: pair[1:] for pair in _OPENED.split()}
    | {"ŉ": " n", "©": " c ", "®": " r ", "¼": " 1 4", "½": " 1 2", "¾": " 3 4"}
)


def search_key(text: str) -> str:
    """No accent, no case, ligatures opened, punctuation to one space: equal to the SQL function `app.search_key`.

    Proved equal on the Latin letters, U+0020 to U+024F and U+1E00 to U+1EFF, which are all that a civil name holds.
    """
    opened = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    bare = "".join(one for one in opened if unicodedata.category(one) != "Mn")
    return _NOT_KEY.sub(" ", bare.lower()).strip()


def clean_spaces(text: str) -> str:
    """Composed characters, no space at the ends, one space between words. Apostrophes stay as typed."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def check_name(text: str, field: str, *, limit: int = MAX_NAME) -> str:
    """A name as it will be kept. Refuses (DomainError) more than `limit` characters, and what no civil name holds."""
    name = clean_spaces(text)
    if len(name) > limit:
        raise DomainError(
            "Name too long",
            f"Ce nom compte {len(name)} caractères ; {limit} au plus. Recopiez celui de la pièce d'identité.",
            field,
        )
    for character in name:
        if character not in _PUNCTUATION and not _is_latin_letter(character):
            raise DomainError(
                "Character that no civil name holds",
                f"Le caractère « {character} » ne figure pas dans un nom d'état civil :"
                " écrivez-le en lettres latines, comme sur la pièce d'identité.",
                field,
            )
    if name and not any(character.isalpha() for character in name):
        raise DomainError("Name without a letter", "Un nom comporte au moins une lettre.", field)
    return name


def split_first_names(text: str) -> tuple[str, ...]:
    """All first names typed in one field, in order: a space or a comma parts two, a hyphen parts none."""
    return tuple(part for part in re.split(r"[\s,;]+", unicodedata.normalize("NFC", text)) if part)


def join_first_names(first_names: tuple[str, ...] | list[str]) -> str:
    """« Jeanne, Marie-Louise »: as civil registers part them."""
    return ", ".join(first_names)


def _is_latin_letter(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith(("LATIN", "MODIFIER LETTER"))


def of_name(name: str) -> str:
    """« de Bruno », « d'Anne »: the vowel elides, and an h is left alone."""
    return f"d'{name}" if search_key(name[:1]) in set("aeiou") else f"de {name}"
