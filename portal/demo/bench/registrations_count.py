"""After the storm: each request beside its journal and beside what the national side wrote."""

from collections import Counter
from typing import Any
from uuid import UUID

from identities.people.models import IdentifierKind, PersonIdentifier
from identities.registrations.models import BlockKind, RegistrationRequest
from identities.registrations.states import BlockState, RequestState
from portal.dispatch.models import Message
from portal.foundation.tenancy import tenant
from portal.journal.models import Line

TRAITS = ("lastName", "firstNames", "birthDate", "genderCode", "birthLocationCode")
QUEUED, ANSWERED, DOUBTED = "registration_queued", "registration_answered", "registration_doubted"
CARD = "cardOrderPsi"
Account = dict[str, Any]


def count_up(group_id: UUID, book: dict[str, Any]) -> dict[str, Any]:
    """`lost`: sent, and not as the national side has it; `double`: written or told twice; `unreconciled`: nobody knows."""
    accounts = {tuple(one["traits"][name] for name in TRAITS): one for one in book["accounts"]}
    with tenant(group_id):
        requests = list(RegistrationRequest.objects.prefetch_related("blocks"))
        lines = Counter(Line.objects.values_list("object_id", "act"))
        left = list(Message.objects.values("kind", "state", "attempts", "reason"))
        held = Counter(
            PersonIdentifier.objects.filter(kind=IdentifierKind.PSI).values_list("person_id", flat=True)
        )
    pairs = [(one, accounts.pop(_traits(one), None)) for one in requests]
    lost = [one for one, account in pairs if not _agrees(one, account, lines)]
    twice = [one for one, account in pairs if _is_double(one, account, lines, held)]
    unknown = [
        one for one in requests if one.state in (RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN)
    ]
    cards = [block for one in requests for block in one.blocks.all() if block.state == BlockState.UNKNOWN]
    return {
        "lost": len(lost),
        "double": len(twice) + len(accounts),
        "unreconciled": len(unknown) + len(left),
        "messages_left": left,
        "states": Counter(str(one.state) for one in requests),
        "unknown_outcomes": sum(found for (_, act), found in lines.items() if act == DOUBTED),
        "cards_to_verify_by_hand": len(cards),
        "accounts": len(book["accounts"]),
        "calls_worked": book["calls"],
        "breakdowns": book["struck"],
    }


def _traits(request: RegistrationRequest) -> tuple[str, ...]:
    payload = request.payload or {}
    return tuple(payload.get(name, "") for name in TRAITS)


def _agrees(request: RegistrationRequest, account: Account | None, lines: Counter[Any]) -> bool:
    """Ended, told in the journal, and each part that is done stands at the national side. A card may wait for a person."""
    if account is None or account["id"] != request.psi_identifier:
        return False
    if not lines[request.person_id, QUEUED] or not lines[request.person_id, ANSWERED]:
        return False
    states = {BlockKind(one.kind): one.state for one in request.blocks.all()}
    rest = {kind for kind, state in states.items() if state != BlockState.DONE}
    doubtful = {kind for kind, state in states.items() if state == BlockState.UNKNOWN}
    if rest - (doubtful & {BlockKind.CARD_PSI}):
        return False
    if request.state != (RequestState.PARTLY_DONE if rest else RequestState.DONE):
        return False
    has_activity = BlockKind.ACTIVITY_START not in states or len(account["activities"]) == 1
    has_card = states.get(BlockKind.CARD_PSI) != BlockState.DONE or CARD in account["cards"]
    return has_activity and has_card and bool(account["employments"])


def _is_double(
    request: RegistrationRequest, account: Account | None, lines: Counter[Any], held: Counter[Any]
) -> bool:
    """Two cards, two activities, two accounts held, or an end that was told twice. An activity written again is the same."""
    told_twice = lines[request.person_id, ANSWERED] > 1 or lines[request.person_id, QUEUED] > 1
    if account is None:
        return told_twice
    return (
        told_twice
        or len(account["cards"]) > 1
        or len(account["activities"]) > 1
        or held[request.person_id] > 1
    )
