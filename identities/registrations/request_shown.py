"""One request as its page says it: where it stands, what to do, its parts, what is missing, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from identities.psi.codes import meaning_of
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock
from identities.registrations.rules import MissingField
from identities.registrations.shown import capitalized
from identities.registrations.states import BlockState
from portal.foundation.addresses import address

BLOCK_LEVELS = {
    BlockState.ASKED: "neutral",
    BlockState.DONE: "ok",
    BlockState.WAITING: "warn",
    BlockState.TRY_LATER: "warn",
    BlockState.UNKNOWN: "warn",
    BlockState.CORRECTION: "danger",
    BlockState.REFUSED: "danger",
}
_ON_THE_RECORD = frozenset(
    {
        *("birth_name", "first_names", "usage_name", "sex", "birth_date", "birth_place", "birth_town"),
        *("birth_commune_code", "birth_country_code", "is_french", "phone", "email"),
    }
)
_IDENTIFIERS = frozenset({"identifier", "rpps"})


@dataclass(frozen=True)
class BlockRow:
    """`told`: the remote's own words, when its code says nothing to us."""

    label: str
    level: str
    state: str
    sentence: str
    advice: str
    code: str
    told: str


@dataclass(frozen=True)
class MissingRow:
    """What is missing, and the page where it is filled in; `url` is empty for those who may not."""

    french: str
    url: str


def block_rows(blocks: Iterable[RequestBlock]) -> list[BlockRow]:
    """What became of each part; what API PSI answered, in words."""
    order = list(BlockKind)
    return [_block_row(one) for one in sorted(blocks, key=lambda one: order.index(BlockKind(one.kind)))]


def _block_row(block: RequestBlock) -> BlockRow:
    state = BlockState(block.state)
    is_answered = bool(block.code or block.status) and state != BlockState.DONE
    meaning = meaning_of(block.code, block.status) if is_answered else None
    return BlockRow(
        label=block.get_kind_display(),
        level=BLOCK_LEVELS[state],
        state=capitalized(block.get_state_display()),
        sentence=meaning.sentence if meaning else "",
        advice=meaning.next_step if meaning else "",
        code=block.code,
        told=block.text,
    )


def missing_rows(
    missing: Iterable[MissingField],
    request: RegistrationRequest,
    place: dict[str, Any],
    *,
    may_edit: bool,
    may_work: bool,
) -> list[MissingRow]:
    """Each with the page that mends it: the record, its identifiers, or what the request asks for."""
    person = {**place, "person_id": request.person_id}
    rows = []
    for one in missing:
        if one.field in _ON_THE_RECORD:
            url = address("people:edit", **person) if may_edit else ""
        elif one.field in _IDENTIFIERS:
            url = address("people:new_identifier", **person) if may_edit else ""
        else:
            url = address("registrations:blocks", **place, request_id=request.pk) if may_work else ""
        rows.append(MissingRow(one.french, url))
    return rows
