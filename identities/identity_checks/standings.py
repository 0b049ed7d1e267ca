"""Where an identity stands, computed by PostgreSQL and never stored: the one expression of lists, figures and pages."""

from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

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


def with_standing(people: QuerySet[Person]) -> QuerySet[Any]:
    """Adds `seen_at` (latest check above low), `holds_until` and `standing`, one of `Standing`.

    Each subquery walks the index of checks by person; nothing else is read.
    """
    checks = IdentityCheck.objects.filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    above_low = checks.exclude(level=EidasLevel.LOW).order_by("-checked_at")
    months = Coalesce(Subquery(Validity.objects.values("months")[:1]), Value(DEFAULT_MONTHS))
    return people.annotate(seen_at=Subquery(above_low.values("checked_at")[:1])).annotate(
        holds_until=_MonthsLater(F("seen_at"), months), standing=_standing(checks, months)
    )


def _standing(checks: QuerySet[IdentityCheck], months: Coalesce) -> Case:
    until = _MonthsLater(F("seen_at"), months)
    moment = now()
    return Case(
        When(Q(seen_at=None) & ~Exists(checks), then=Value(Standing.NEVER.value)),
        When(seen_at=None, then=Value(Standing.LOW.value)),
        When(identity_changed_at__gt=F("seen_at"), then=Value(Standing.TO_REDO.value)),
        When(LessThanOrEqual(until, Value(moment)), then=Value(Standing.EXPIRED.value)),
        When(LessThanOrEqual(until, Value(moment + SOON)), then=Value(Standing.SOON.value)),
        default=Value(Standing.GOOD.value),
    )


def rank_of_standing() -> Case:
    """The order in which people are to be seen, over rows that carry `standing`."""
    return Case(
        *(When(standing=one.value, then=Value(rank)) for rank, one in enumerate(Standing)),
        output_field=IntegerField(),
    )
