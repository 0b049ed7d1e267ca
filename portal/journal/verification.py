"""Verifying a chain: everything is computed again from the lines, by set; a finding names seals and lines.

What is found: an edit, an insertion, a deletion, lines moved from one seal to another, a seal removed, a truncation at the
start; at the end too when exported heads are given. What is only told (`is_break` False): lines that wait for their seal
for too long, and lines dated before or after what surrounds them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection

from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.heads import Head
from portal.journal.models import Line, Seal

UNSEALED_FOR = timedelta(minutes=10)

_CHAIN = """
SELECT number, before + 1 AS awaited, previous_hash = hash_before AS follows, hash = computed AS holds FROM (
  SELECT number, hash, previous_hash, lag(number, 1, 0) OVER chain AS before,
    lag(hash, 1, app.journal_genesis(group_id)::varchar) OVER chain AS hash_before,
    app.journal_seal_hash(previous_hash, group_id, number, line_count, digest, sealed_at) AS computed
  FROM journal_seal WINDOW chain AS (ORDER BY number)
) AS links
WHERE number <> before + 1 OR previous_hash <> hash_before OR hash <> computed ORDER BY number
"""
_LINES = """
WITH summed AS (
  SELECT seal_number, count(*) AS lines, min(number) AS first, max(number) AS last, min(at) AS earliest, max(at) AS latest,
    encode(sha256(string_agg(app.journal_line_digest(l), ''::bytea ORDER BY number, id)), 'hex') AS digest
  FROM journal_line l WHERE seal_number IS NOT NULL GROUP BY seal_number
), compared AS (
  SELECT coalesce(s.number, t.seal_number) AS number, s.line_count, coalesce(t.lines, 0) AS lines, t.first, t.last,
    coalesce(s.digest = t.digest, false) AS holds,
    lag(t.earliest) OVER (ORDER BY coalesce(s.number, t.seal_number)) - interval '1 day' AS floor,
    s.sealed_at + interval '1 hour' AS ceiling, t.earliest, t.latest
  FROM summed t FULL JOIN journal_seal s ON s.number = t.seal_number
)
SELECT number, line_count, lines, first, last, holds, floor, ceiling FROM compared
WHERE NOT holds OR earliest < floor OR latest > ceiling ORDER BY number
"""


@dataclass(frozen=True)
class Finding:
    """`is_break`: the chain no longer proves what it holds. Else it is to be looked at."""

    sentence: str
    is_break: bool = True


@dataclass(frozen=True)
class Report:
    """Of one group."""

    group_id: UUID
    lines: int
    seals: int
    findings: list[Finding]


def verify_group(
    group_id: UUID, heads: Iterable[Head] = (), *, unsealed_for: timedelta = UNSEALED_FOR
) -> Report:
    """Verifies the chain of one group in its own door; `heads` of other groups are left out."""
    with tenant(group_id):
        findings = [*_chain(), *_lines(), *_unsealed(unsealed_for)]
        findings += _against([one for one in heads if one.group_id == group_id])
        return Report(group_id, Line.objects.count(), Seal.objects.count(), findings)


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _chain() -> Iterator[Finding]:
    for number, awaited, follows, holds in _rows(_CHAIN):
        if number != awaited:
            gone = (
                f"le scellé n° {awaited}"
                if number == awaited + 1
                else f"les scellés n° {awaited} à {number - 1}"
            )
            where = "Début tronqué" if awaited == 1 else "Suppression"
            yield Finding(f"{where} : il manque {gone}, avec leurs lignes, avant le scellé n° {number}.")
        elif not follows:
            yield Finding(
                f"Scellé n° {number} : il ne suit pas celui qui le précède, l'un des deux a été refait."
            )
        if not holds:
            yield Finding(f"Scellé n° {number} : ses propres valeurs ont été modifiées après coup.")


def _lines() -> Iterator[Finding]:
    for number, expected, lines, first, last, holds, floor, ceiling in _rows(_LINES):
        if not holds:
            yield Finding(_difference(number, expected, lines, first, last))
        if floor is not None and lines:
            yield from _dated(number, "antidatée", "avant les lignes du scellé précédent", at__lt=floor)
        if ceiling is not None and lines:
            yield from _dated(number, "postdatée", "après l'heure de leur scellement", at__gt=ceiling)


def _difference(number: int, expected: int | None, lines: int, first: int | None, last: int | None) -> str:
    where = f"lignes n° {first} à {last}"
    if expected is None:
        return f"Insertion : {lines} ligne(s) ({where}) portent le scellé n° {number}, qui n'existe pas."
    if not lines:
        return f"Suppression : les {expected} ligne(s) du scellé n° {number} ont disparu."
    if lines < expected:
        gone = expected - lines
        return f"Scellé n° {number} : {gone} ligne(s) sur {expected} supprimée(s) ou déplacée(s), parmi les {where}."
    if lines > expected:
        return (
            f"Scellé n° {number} : {lines - expected} ligne(s) insérée(s) ou déplacée(s), parmi les {where}."
        )
    return f"Scellé n° {number} : au moins une ligne modifiée ou échangée, parmi les {where}."


def _dated(number: int, word: str, beside: str, **condition: object) -> Iterator[Finding]:
    found = (
        Line.objects.filter(seal_number=number, **condition)
        .order_by("number")
        .values_list("number", flat=True)
    )
    count = found.count()
    if count:
        yield Finding(
            f"Scellé n° {number} : {count} ligne(s) {word}(s), datées {beside} : {_named(found)}.", False
        )


def _named(numbers) -> str:
    shown = list(numbers[:11])
    return "n° " + ", ".join(map(str, shown[:10])) + (", …" if len(shown) > 10 else "")


def _unsealed(unsealed_for: timedelta) -> Iterator[Finding]:
    waiting = Line.objects.filter(seal_number=None, at__lt=now() - unsealed_for).order_by("number")
    count = waiting.count()
    if count:
        numbers = _named(waiting.values_list("number", flat=True))
        minutes = int(unsealed_for.total_seconds() // 60)
        yield Finding(f"{count} ligne(s) non scellée(s) depuis plus de {minutes} min : {numbers}.", False)


def _against(heads: list[Head]) -> Iterator[Finding]:
    """Exported heads: what was there that day must still be."""
    kept = dict(Seal.objects.filter(number__in={one.number for one in heads}).values_list("number", "hash"))
    for one in sorted(heads, key=lambda head: head.number):
        day = f"la tête exportée, scellée le {one.sealed_at:%d/%m/%Y à %H:%M} UTC ({one.lines} lignes)"
        if one.number not in kept:
            yield Finding(
                f"Fin tronquée : le scellé n° {one.number} n'existe plus, alors que {day} le prouve."
            )
        elif kept[one.number] != one.hash:
            yield Finding(
                f"Scellé n° {one.number} : le journal a été réécrit, il ne correspond plus à {day}."
            )
