"""How strong a password is, in bits, by the cheapest way to guess it.

Source of the threshold: RIE v1.0, personnes physiques, EXI 25: at least 50 bits, checked automatically, with three
examples: 8 characters of 3 kinds out of 4, 5 words, 15 digits.
"""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from tenants.memberships.models import User

ENOUGH_BITS = 50
WORD_BITS = 10  # five words are 50 bits
COMMON_BITS = 10  # the list has 20,000 entries, the first ones tried first
KNOWN_BITS = 3  # one's own name or address, the product's
YEAR_BITS, DATE_BITS = 7, 15
READ_AT_MOST = 64  # characters; what follows cannot make a strong beginning weaker
LETTERS_OF_A_WORD = 6  # a long run of letters is several words
# Average surprise of a word's letters, in bits, by the pairs of letters of common passwords: French words measured from
# 2.9 to 4.5 but for a few, drawn letters at 5.9.
WORDLIKE = 4.4

# Kinds of characters used → size of the alphabet. Three kinds are 76 symbols: eight of them are the 50 bits of the RIE.
_SIZES = {"digit": 10, "lower": 26, "upper": 26, "other": 32}
_ROWS = (
    *("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("0123456789", "abcdefghijklmnopqrstuvwxyz"),
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_YEAR = re.compile(r"(19|20)\d\d")
_DATE = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)?\d\d")
_REPEAT = re.compile(r"(?P<block>.)(?P=block){2,}|(?P<pair>..)(?P=pair){2,}|(?P<long>...+?)(?P=long)+")


@dataclass(frozen=True)
class Strength:
    """`advice`: what to do next, in French; what to be content with when it is enough."""

    bits: int
    advice: str

    @property
    def is_enough(self) -> bool:
        return self.bits >= ENOUGH_BITS


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(one for one in CommonPasswordValidator().passwords if len(one) >= 4)


def _plain(text: str) -> str:
    """Lower case, no accent, one character for one."""
    return "".join(unicodedata.normalize("NFD", one)[0] for one in text.lower())


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return ("upper" if character.isupper() else "lower") if character.isalpha() else "other"


def _alphabet(text: str) -> int:
    kinds = {_kind(one) for one in text}
    return {3: 76, 4: 94}.get(len(kinds)) or sum(_SIZES[one] for one in kinds)


def known_words(user: User | None) -> frozenset[str]:
    """What anybody would try first for that person: the parts of their name and address, and the product's name."""
    texts = [user.full_name, user.email] if user is not None else []
    parts = (part for text in texts for part in re.split(r"[^a-z0-9]+", _plain(text)))
    return frozenset([*(part for part in parts if len(part) >= 3), "trousseau"])


def _is_row(piece: str) -> bool:
    """Neighbours on a keyboard, or in the alphabet, forwards or backwards."""
    return any(piece in row or piece[::-1] in row for row in _ROWS)


@cache
def _pairs() -> tuple[Counter[str], Counter[str]]:
    """How often a letter follows another in the common passwords; `^` begins a word."""
    pairs: Counter[str] = Counter()
    for word in _common_passwords():
        if word.isascii() and word.isalpha():
            pairs.update(map("".join, pairwise(f"^{word}")))
    firsts: Counter[str] = Counter()
    for pair, times in pairs.items():
        firsts[pair[0]] += times
    return pairs, firsts


def _looks_like_words(piece: str) -> bool:
    """Letters that follow each other as in words, rather than as drawn."""
    if not (piece.isascii() and piece.isalpha()):
        return False
    pairs, firsts = _pairs()
    odds = [(pairs[one] + 0.5) / (firsts[one[0]] + 13) for one in map("".join, pairwise(f"^{piece}"))]
    return -sum(map(math.log2, odds)) / len(piece) <= WORDLIKE


def _has_plain_case(typed: str) -> bool:
    """mot, Mot or MOT: capitals anywhere else are drawn, not written."""
    return typed.islower() or typed.isupper() or typed[1:].islower()


def _case_bits(piece: str) -> int:
    """A capital at the start costs one more guess; capitals anywhere cost one bit a letter."""
    if piece.islower() or not any(one.isalpha() for one in piece):
        return 0
    return 1 if _has_plain_case(piece) else len(piece)


class _Guess:
    """The cheapest way to guess one password, piece by piece."""

    def __init__(self, password: str, known: frozenset[str]) -> None:
        self.text = password[:READ_AT_MOST]
        self.plain = _plain(self.text)
        self.known = known
        self.one = math.log2(_alphabet(self.text)) if self.text else 0.0

    def bits(self) -> float:
        best = [0.0]
        for end in range(1, len(self.text) + 1):
            best.append(min(best[start] + self._piece(start, end) for start in range(end)))
        return best[-1]

    def _piece(self, start: int, end: int) -> float:
        typed = self.text[start:end]
        if end - start == 1:
            return 1.0 if self._separates_again(start) else self.one
        repeat = _REPEAT.fullmatch(typed)
        if repeat and (len(typed) > 3 or not self._is_among_digits(start, end)):
            block = repeat["block"] or repeat["pair"] or repeat["long"]
            return _Guess(block, self.known).bits() + math.log2(len(typed) / len(block))
        special = self._special(self.plain[start:end], typed, self._is_among_digits(start, end))
        return min(special + _case_bits(typed), len(typed) * self.one)

    def _separates_again(self, at: int) -> bool:
        """The sign that stands between words: the first one counts, the others are the same."""
        sign = self.text[at]
        between_words = rf"[^\W\d_]{{2}}{re.escape(sign)}[^\W\d_]{{2}}"
        return _kind(sign) == "other" and sign in self.text[:at] and bool(re.search(between_words, self.text))

    def _is_among_digits(self, start: int, end: int) -> bool:
        """Part of a longer number: what looks like a year or a short run there is mostly chance."""
        return self.text[start:end].isdigit() and (
            self.text[start - 1 : start].isdigit() or self.text[end : end + 1].isdigit()
        )

    def _special(self, piece: str, typed: str, among_digits: bool) -> float:
        if piece in self.known:
            return KNOWN_BITS
        if len(piece) >= (5 if among_digits else 3) and _is_row(piece):
            return 4 + math.log2(len(piece))
        if not among_digits and _YEAR.fullmatch(piece):
            return YEAR_BITS
        if not among_digits and _DATE.fullmatch(piece):
            return DATE_BITS
        if not among_digits and not _common_passwords().isdisjoint({piece, piece.translate(_LEET)}):
            return COMMON_BITS
        if _has_plain_case(typed) and _looks_like_words(piece):
            return WORD_BITS * max(1, round(len(piece) / LETTERS_OF_A_WORD))
        return math.inf


def strength_of(password: str, user: User | None = None) -> Strength:
    """Bits of the cheapest guess, rounded, and one sentence that says what to do."""
    known = known_words(user)
    bits = min(round(_Guess(password, known).bits()), 2 * ENOUGH_BITS) if password else 0
    return Strength(bits, _advice(password, known, bits))


def _advice(password: str, known: frozenset[str], bits: int) -> str:
    if bits >= ENOUGH_BITS:
        return "Ce mot de passe est assez solide."
    plain = _plain(password)
    if any(one in plain for one in known):
        return "Retirez votre nom, votre adresse et le nom du portail, que tout le monde essaie d'abord."
    stem = plain.rstrip("0123456789!?.*-_")
    if not _common_passwords().isdisjoint({plain, stem, stem.translate(_LEET)}):
        return "Ce mot de passe est parmi les plus utilisés : choisissez cinq mots sans rapport entre eux."
    if _mostly_repeats(plain):
        return "Évitez les répétitions et les suites (aaa, 123, azerty) : choisissez cinq mots sans rapport entre eux."
    missing = math.ceil((ENOUGH_BITS - bits) / WORD_BITS)
    words = "un mot" if missing == 1 else f"{missing} mots"
    return f"Ajoutez {words} sans rapport, ou quelques chiffres et signes pris au hasard."


def _mostly_repeats(plain: str) -> bool:
    if len(plain) < 4:
        return False
    close = sum(first == second or _is_row(first + second) for first, second in pairwise(plain))
    return close * 2 >= len(plain) - 1


class EntropyValidator:
    """Refuses a password under 50 bits (RIE v1.0, EXI 25)."""

    def validate(self, password: str, user: User | None = None) -> None:
        found = strength_of(password, user)
        if not found.is_enough:
            raise ValidationError(found.advice, code="password_too_weak")

    def get_help_text(self) -> str:
        return (
            "Cinq mots sans rapport entre eux, ou douze caractères pris au hasard, ou quinze chiffres au hasard. "
            "Sans votre nom, ni une suite comme 1234 ou azerty."
        )
