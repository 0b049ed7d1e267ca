"""Reading the national functions: which are offered, and which one a typed job title stands for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from identities.assignments.models import JobShortcut, NationalFunction
from portal.foundation.names import search_key

_GENDER_MARK = re.compile(r"[(·.](e|ère|ière|rice|trice|se|ne|ve)s?\)?(?=\W|$)", re.I)


@dataclass(frozen=True)
class FunctionOffer:
    """One function to choose. `hint` is a French sentence when something must be known, else empty."""

    code: str
    label: str
    is_common: bool
    channel: str  # who registers it nationally: « ordre », « ARS », « employeur », or empty
    hint: str = ""

    def __str__(self) -> str:
        return self.label


def _offered() -> QuerySet[NationalFunction]:
    may_be_chosen = Q(is_selectable=True) | Q(is_common=True)
    return NationalFunction.objects.filter(may_be_chosen, closed_on=None).order_by(
        "-is_common", "search_key", "code"
    )


def _offer(function: NationalFunction, hint: str = "") -> FunctionOffer:
    return FunctionOffer(function.code, function.label, function.is_common, function.channel, hint)


def functions_offered(text: str = "") -> list[FunctionOffer]:
    """Functions that may be chosen today, usual ones first; all of them when `text` is empty.

    `text` is looked for at the start of words of the labels, job titles and abbreviations, without accents or case. A closed
    code is never offered: what replaces it is, with a hint that names it.
    """
    wanted = search_key(text)
    offered = {one.code: one for one in _offered()}
    if not wanted:
        return [_offer(one) for one in offered.values()]
    ranked: dict[str, tuple[int, str]] = {}
    for rank, code, hint in _matches(wanted, offered):
        if code not in ranked or rank < ranked[code][0]:
            ranked[code] = (rank, hint)
    order = sorted(ranked, key=lambda code: ranked[code][0])  # stable: usual ones first inside a rank
    return [_offer(offered[code], ranked[code][1]) for code in order]


def _matches(wanted: str, offered: Mapping[str, NationalFunction]) -> Iterator[tuple[int, str, str]]:
    """Rank (0: the very word; 1: begins with it; 2: has it; 3: by another title), code, hint."""
    for function in offered.values():
        if (rank := _rank(function.search_key, wanted)) is not None:
            yield rank, function.code, ""
    for shortcut in JobShortcut.objects.select_related("function").order_by("label"):
        if (rank := _rank(shortcut.search_key, wanted)) is not None:
            for code in _in_force(shortcut.function):
                yield 0 if rank == 0 else 3, code, _said_of(shortcut, offered[code])
    for closed in _replaced():
        if (rank := _rank(closed.search_key, wanted)) is not None:
            yield from ((3, code, _said_of_closed(closed, offered[code])) for code in _in_force(closed))


def _rank(key: str, wanted: str) -> int | None:
    if key == wanted:
        return 0
    if not all(f" {word}" in f" {key}" for word in wanted.split()):
        return None
    return 1 if key.startswith(wanted) else 2


def _replaced() -> QuerySet[NationalFunction]:
    return NationalFunction.objects.exclude(replaced_by="").filter(closed_on__isnull=False).order_by("code")


def _in_force(function: NationalFunction) -> list[str]:
    """Its code, or those that replace it, the nearest first."""
    return function.replaced_by.split() or [function.code]


def _said_of(shortcut: JobShortcut, offered: NationalFunction) -> str:
    if shortcut.function.code != offered.code:
        return _said_of_closed(shortcut.function, offered)
    return f"« {shortcut.label} » : fonction nationale « {offered.label} »"


def _said_of_closed(closed: NationalFunction, offered: NationalFunction) -> str:
    if closed.label == offered.label or closed.closed_on is None:
        return ""
    return f"Remplace « {closed.label} », fonction fermée le {closed.closed_on:%d/%m/%Y}"


def functions_for_labels(texts: Iterable[str]) -> dict[str, FunctionOffer | None]:
    """For each typed job title, the one function it stands for, or None: a batch of lines in two queries.

    Understands a code (`R85-313`), a label, a job title or an abbreviation, without accents or case, in the feminine or
    with « (e) », and a label followed by its abbreviation (« Aide-soignant (AS) »). A closed function stands for the first
    of those that replace it, with the hint that says so.
    """
    offered = {one.code: one for one in _offered()}
    known: dict[str, FunctionOffer] = {}
    for shortcut in JobShortcut.objects.select_related("function").order_by("label"):
        code = _in_force(shortcut.function)[0]
        hint = _said_of(shortcut, offered[code]) if code != shortcut.function.code else ""
        known[shortcut.search_key] = _offer(offered[code], hint)
    for function in reversed(offered.values()):  # usual ones last: they win
        known[function.search_key] = known[search_key(function.code)] = _offer(function)
    return {text: _known(text, known) for text in texts}


def _known(text: str, known: Mapping[str, FunctionOffer]) -> FunctionOffer | None:
    inside = re.findall(r"\(([^)]*)\)", text)
    forms = (
        text,
        _GENDER_MARK.sub("", text),
        text.replace(".", ""),
        re.sub(r"\([^)]*\)", " ", text),
        *inside,
    )
    return next((known[key] for key in map(search_key, forms) if key in known), None)


def function_for_label(text: str) -> FunctionOffer | None:
    """The one function that a typed job title stands for, or None (`functions_for_labels` for several)."""
    return functions_for_labels([text])[text]


def usual_titles() -> list[str]:
    """The job titles and abbreviations that the portal knows, as they are written."""
    return list(JobShortcut.objects.order_by("label").values_list("label", flat=True))


def titles_by_function() -> dict[str, list[str]]:
    """Search keys of the usual job titles and abbreviations of each function in force, for a list filtered as one types."""
    titles: dict[str, list[str]] = {}
    for shortcut in JobShortcut.objects.select_related("function").order_by("label"):
        for code in _in_force(shortcut.function):
            titles.setdefault(code, []).append(shortcut.search_key)
    return titles
