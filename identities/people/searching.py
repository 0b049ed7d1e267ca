"""What is typed in a search box: words, dates, numbers; and the rows that answer, over any set of people."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from identities.people.models import Person, PersonIdentifier
from identities.people.rules import check_phone
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from portal.foundation.partial_dates import parse_birth_date

# Word similarity (pg_trgm) of words with a typing error: « lefevbre » / « lefebvre » is 0.44, « jane » / « jeanne » 0.20.
# Each word must be near, and the words together nearer.
CLOSE_WORD = 0.2
CLOSE_TOGETHER = 0.42
SHORTEST_CLOSE_WORD = 4
LONGEST_SEARCH = 100  # characters
_DATED = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}|\b(?:\d{8}|\d{6}|\d{4})\b"
)
_PARTS = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Search:
    """`numbers` are looked up as identifiers, whole; `birth` is the start of a date of birth (AAAA, AAAA-MM, AAAA-MM-JJ)."""

    words: tuple[str, ...]
    birth: str
    numbers: tuple[str, ...]
    phone: str
    email: str


def read_search(text: str) -> Search | None:
    """None when there is nothing to look for. What follows the first 100 characters is not read."""
    typed = text.replace("\x00", " ").strip()[:LONGEST_SEARCH]
    if not typed:
        return None
    birth, rest = _birth(typed)
    if "@" in typed:
        return Search((), "", (), "", typed.lower())
    return Search(tuple(search_key(rest).split()), birth, _numbers(typed), _phone(typed), "")


def matching_people(people: QuerySet[Person], search: Search, limit: int) -> QuerySet[Person]:
    """The people of `people` that answer: whole words and their beginnings; failing that, words close by a typing error."""
    whole = people.filter(_whole(search)).order_by(*_names_first(search), "name_key", "birth_date", "pk")[
        :limit
    ]
    if whole or not search.words or not all(word.isalpha() for word in search.words):
        return whole
    return _close(people, search)[:limit]


def _names_first(search: Search) -> list[Case]:
    """For « martin », the Martins come before the Martinez and before Martine."""
    if not search.words:
        return []
    exact = Q(birth_name_key__in=search.words) | Q(usage_name_key__in=search.words)
    begins = Q()
    for word in search.words:
        begins |= Q(birth_name_key__startswith=word) | Q(usage_name_key__startswith=word)
    return [Case(When(exact, then=0), When(begins, then=1), default=2)]


def _whole(search: Search) -> Q:
    found = Q(pk__in=PersonIdentifier.objects.filter(value__in=search.numbers).values("person_id"))
    if search.phone:
        found |= Q(phone=search.phone)
    if search.email:
        return Q(email=search.email)
    if search.words or search.birth:
        named = Q(birth_date__startswith=search.birth)
        for word in search.words:
            named &= Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
        found |= named
    return found


def _close(people: QuerySet[Person], search: Search) -> QuerySet[Person]:
    total: Combinable = Value(0.0, output_field=FloatField())
    close = people.filter(birth_date__startswith=search.birth)
    for rank, word in enumerate(search.words):
        close = close.alias(**{f"close_{rank}": TrigramWordSimilarity(word, "name_key")})
        close = close.filter(**{f"close_{rank}__gte": CLOSE_WORD if len(word) >= SHORTEST_CLOSE_WORD else 1})
        total = total + F(f"close_{rank}")
    close = close.alias(closeness=total).filter(closeness__gte=CLOSE_TOGETHER * len(search.words))
    return close.order_by("-closeness", "name_key", "pk")


def _birth(typed: str) -> tuple[str, str]:
    """The start of a stored date, and the text without it."""
    whole = _parsed(typed)
    if whole:
        return whole, ""
    for found in _DATED.finditer(typed):
        if date := _parsed(found.group()):
            return date, f"{typed[: found.start()]} {typed[found.end() :]}"
    return "", typed


def _parsed(text: str) -> str:
    try:
        return parse_birth_date(text).replace("-00", "")
    except DomainError:
        return ""


def _numbers(typed: str) -> tuple[str, ...]:
    """The whole text and each of its words, as identifiers are kept: also in capitals, and an RPPS without its leading 8."""
    parts = {typed, typed.replace(" ", ""), *_PARTS.split(typed)}
    parts |= {one.upper() for one in parts}
    parts |= {one[1:] for one in parts if len(one) == 12 and one.isdigit() and one.startswith("8")}
    return tuple(sorted(parts - {""}))


def _phone(typed: str) -> str:
    try:
        return check_phone(typed)
    except DomainError:
        return ""
