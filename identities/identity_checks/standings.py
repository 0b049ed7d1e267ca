"""Where an identity stands, computed by PostgreSQL and never stored: the one expression of lists, figures and pages."""

# ruff: noqa: S608  the words are our own

from datetime import timedelta
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
)
from django.db.models.functions import Coalesce

from identities.identity_checks.models import DEFAULT_MONTHS, Validity
from identities.people.models import EidasLevel, IdentityCheck, Person
from portal.foundation.clock import now

SOON = timedelta(days=60)  # ours: the time to see somebody before the check is over


class Standing(TextChoices):
    """In the order in which people are to be seen."""

    NEVER = "jamais", "Jamais contrôlée"
    TO_REDO = "a-refaire", "À refaire : état civil changé"
    LOW = "faible", "Niveau faible seulement"
    EXPIRED = "echue", "Contrôle échu"
    SOON = "bientot", "À renouveler sous 60 jours"
    GOOD = "valable", "Contrôle valable"


DUE = (Standing.NEVER, Standing.TO_REDO, Standing.LOW, Standing.EXPIRED)
TO_SEE = (*DUE, Standing.SOON)
LEVELS = {
    Standing.NEVER: "danger",
    Standing.TO_REDO: "danger",
    Standing.LOW: "warn",
    Standing.EXPIRED: "warn",
    Standing.SOON: "info",
    Standing.GOOD: "ok",
}


class _MonthsLater(Func):
    template = "(%(expressions)s))"
    arg_joiner = " + make_interval(months => "
    output_field = DateTimeField()


class _StandingOf(Func):
    """`seen_at` is read once: OFFSET 0 keeps PostgreSQL from reading the checks again for each WHEN."""

    template = (
        f"(SELECT CASE WHEN s.seen_at IS NULL AND NOT s.is_checked THEN '{Standing.NEVER}'"
        f" WHEN s.seen_at IS NULL THEN '{Standing.LOW}' WHEN s.changed_at > s.seen_at THEN '{Standing.TO_REDO}'"
        f" WHEN s.seen_at + make_interval(months => s.months) <= s.moment THEN '{Standing.EXPIRED}'"
        f" WHEN s.seen_at + make_interval(months => s.months) <= s.soon THEN '{Standing.SOON}' ELSE '{Standing.GOOD}' END"
        " FROM (SELECT %(expressions)s OFFSET 0) AS s (seen_at, is_checked, changed_at, months, moment, soon))"
    )
    output_field = CharField()


class _Rank(Func):
    template = f"array_position(ARRAY[{', '.join(repr(one.value) for one in Standing)}], %(expressions)s)"
    output_field = IntegerField()


def with_standing(people: QuerySet[Person]) -> QuerySet[Any]:
    """Adds `seen_at` (latest check above low), `holds_until` and `standing`, one of `Standing`.

    Each subquery walks the index of checks by person; nothing else is read.
    """
    checks = IdentityCheck.objects.filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    seen_at = Subquery(checks.exclude(level=EidasLevel.LOW).order_by("-checked_at").values("checked_at")[:1])
    months = Coalesce(Subquery(Validity.objects.values("months")[:1]), Value(DEFAULT_MONTHS))
    moment = now()
    moments = (Value(one, output_field=DateTimeField()) for one in (moment, moment + SOON))
    standing = _StandingOf(seen_at, Exists(checks), F("identity_changed_at"), months, *moments)
    return people.annotate(seen_at=seen_at).annotate(
        holds_until=_MonthsLater(F("seen_at"), months), standing=standing
    )


def rank_of_standing() -> Func:
    """The order in which people are to be seen, over rows that carry `standing`."""
    return _Rank(F("standing"))
