"""The list of rights: its orders on screen, and its columns as a spreadsheet."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, Expression, F, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from portal.foundation.clock import today
from portal.foundation.database import SearchKey
from portal.foundation.names import search_key
from tenants.memberships.models import Membership
from tenants.memberships.permissions import Role
from tenants.memberships.standing import standing_of
from tenants.memberships.states import MembershipState

OPERATOR = "l'exploitant de la plateforme"
HEADER = (
    "Personne",
    "Adresse électronique",
    "Rôle",
    "Périmètre",
    "Premier jour",
    "Dernier jour",
    "État",
    "Donné par",
    "Donné le",
    "Confirmé par",
    "Confirmé le",
)


def ordered(rights: QuerySet[Membership], column: str, *, descending: bool) -> QuerySet[Membership]:
    """By person, role, scope, last day or state; an unknown column leaves them newest first."""
    if column not in _ORDERS:
        return rights
    by = _ORDERS[column]()
    first = by.desc(nulls_first=True) if descending else by.asc(nulls_last=True)
    return rights.order_by(first, _by_name().asc(), "pk")


def _by_name() -> Expression:
    return SearchKey(Coalesce(NullIf("invited_as", Value("")), "user__full_name"))


def _by_role() -> Expression:
    ranked = enumerate(sorted(Role, key=lambda one: search_key(one.label)))
    return _rank(*(When(role=role, then=rank) for rank, role in ranked))


def _by_state() -> Expression:
    """What waits first, what is over last."""
    return _rank(
        When(state=MembershipState.TO_CONFIRM, then=0),
        When(state=MembershipState.INVITED, then=1),
        When(state=MembershipState.ACTIVE, ends_on__lt=today(), then=3),
        When(state=MembershipState.ACTIVE, then=2),
    )


def _rank(*cases: When) -> Case:
    return Case(*cases, default=len(cases), output_field=IntegerField())


def _by_scope() -> Expression:
    """By number of establishments, the whole group (NULL) last."""
    return Func(F("establishment_ids"), function="cardinality", output_field=IntegerField())


_ORDERS: dict[str, Callable[[], F | Expression]] = {
    "personne": _by_name,
    "role": _by_role,
    "perimetre": _by_scope,
    "fin": lambda: F("ends_on"),
    "etat": _by_state,
}


def export_rows(rights: QuerySet[Membership], names: Mapping[UUID, str]) -> Iterator[list[Any]]:
    """One line per right; `names`: the establishments that the reader sees."""
    for one in rights:
        yield [
            one.shown_name,
            one.user.email,
            one.get_role_display(),
            _scope(one, names),
            one.starts_on,
            one.ends_on,
            standing_of(one).label,
            one.granted_by.full_name if one.granted_by else OPERATOR,
            one.granted_at,
            one.confirmed_by.full_name if one.confirmed_by else "",
            one.confirmed_at,
        ]


def _scope(right: Membership, names: Mapping[UUID, str]) -> str:
    if right.establishment_ids is None:
        return "tout le groupe"
    return ", ".join(sorted(names[one] for one in right.establishment_ids if one in names))
