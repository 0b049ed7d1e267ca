"""What the desk shows: requests by state, the same as a list, and the reasons that one may choose among."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Window
from django.db.models.expressions import OrderBy
from django.db.models.functions import RowNumber

from identities.registrations.models import RegistrationRequest, RequestBlock
from identities.registrations.states import OPEN_STATES, BlockState, RequestState
from portal.foundation.clock import now
from portal.foundation.names import search_key

ORDERS = {
    "nom": ("person__name_key",),
    "site": ("establishment__search_key", "person__name_key"),
    "voie": ("route", "created_at"),
    "etat": ("state", "created_at"),
    "age": ("created_at",),
}
CARDS = 6  # shown of each state on the board
REASONS_OFFERED = 30
TRAIT, CODE, MISSING = "trait:", "code:", "manque:"
_SHOWN = (
    *("person_id", "establishment_id", "function_id", "route", "state", "created_at", "queued_at", "sent_at"),
    *("missing", "divergences", "rpps_numbers", "reason", "numbered_on", "settled_at", "batch_id"),
    *("person__birth_name", "person__usage_name", "person__first_names"),
    *("establishment__name", "function__label"),
)


@dataclass(frozen=True)
class DeskFilter:
    """`states` empty: all. `older_than`: days since it was prepared. `reason`: a trait, a code or a sentence, prefixed."""

    establishment_id: UUID | None = None
    states: tuple[str, ...] = ()
    route: str = ""
    older_than: int = 0
    reason: str = ""
    text: str = ""
    order: str = "age"
    descending: bool = False


def requests_on_desk(asked: DeskFilter) -> QuerySet[RegistrationRequest]:
    """With the person, the site and the function, sorted as asked; the oldest first by default."""
    found = _narrowed(asked).select_related("person", "establishment", "function").only(*_SHOWN)
    return found.order_by(*_order(asked))


def desk_counts(asked: DeskFilter) -> dict[str, int]:
    """How many requests are in each state, whatever states are asked for: one statement."""
    rows = _narrowed(asked, of_every_state=True).order_by().values_list("state").annotate(Count("id"))
    counts = dict(rows)
    return {state.value: counts.get(state, 0) for state in RequestState}


def board(asked: DeskFilter, states: Iterable[str]) -> dict[str, list[RegistrationRequest]]:
    """The oldest requests of each of these states, at most `CARDS` of each: one statement."""
    ranked = Window(RowNumber(), partition_by=[F("state")], order_by=[F("created_at").asc(), F("id").asc()])
    found: dict[str, list[RegistrationRequest]] = {state: [] for state in states}
    rows = _narrowed(asked, of_every_state=True).filter(state__in=list(found)).annotate(rank=ranked)
    ids = rows.filter(rank__lte=CARDS).order_by().values_list("pk", flat=True)
    shown = RegistrationRequest.objects.filter(pk__in=ids)
    shown = shown.select_related("person", "establishment", "function").only(*_SHOWN)
    for one in shown.order_by("created_at", "pk"):
        found[one.state].append(one)
    return found


def reasons_in_use() -> tuple[list[str], list[str]]:
    """The codes of the blocks that are not done, and what drafts lack, among open requests: two statements."""
    blocks = RequestBlock.objects.filter(request__state__in=OPEN_STATES).exclude(code="")
    codes = blocks.exclude(state=BlockState.DONE).order_by("code").values_list("code", flat=True).distinct()
    each = Func(F("missing"), function="jsonb_array_elements_text", output_field=TextField())
    drafts = RegistrationRequest.objects.filter(state=RequestState.DRAFT).annotate(lacks=each)
    lacking = drafts.order_by("lacks").values_list("lacks", flat=True).distinct()
    return list(codes[:REASONS_OFFERED]), list(lacking[:REASONS_OFFERED])


def _narrowed(asked: DeskFilter, *, of_every_state: bool = False) -> QuerySet[RegistrationRequest]:
    rows = RegistrationRequest.objects.all()
    for word in search_key(asked.text).split():
        rows = rows.filter(person__name_key__contains=word)
    if asked.establishment_id:
        rows = rows.filter(establishment_id=asked.establishment_id)
    if asked.states and not of_every_state:
        rows = rows.filter(state__in=asked.states)
    if asked.route:
        rows = rows.filter(route=asked.route)
    if asked.older_than:
        rows = rows.filter(created_at__lte=now() - timedelta(days=asked.older_than))
    return rows.filter(_reason(asked.reason)) if asked.reason else rows


def _reason(asked: str) -> Q:
    if asked.startswith(TRAIT):
        return Q(divergences__contains=[asked.removeprefix(TRAIT)])
    if asked.startswith(MISSING):
        return Q(missing__contains=[asked.removeprefix(MISSING)])
    blocks = RequestBlock.objects.filter(group_id=OuterRef("group_id"), request_id=OuterRef("pk"))
    return Q(Exists(blocks.filter(code=asked.removeprefix(CODE)).exclude(state=BlockState.DONE)))


def _order(asked: DeskFilter) -> list[OrderBy]:
    columns = [F(name) for name in ORDERS.get(asked.order, ORDERS["age"])]
    first = columns[0].desc() if asked.descending else columns[0].asc()
    return [first, *(one.asc() for one in columns[1:]), F("id").asc()]
