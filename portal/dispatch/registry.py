"""Who does what a message asks: one handler per kind, written in its room's `handlers.py`.

@handler("mission_ended", label="fin de mission")      # local: runs inside the transaction that deletes the message
def suspend_keys(delivery: Delivery) -> None: ...

@remote_handler("scim_user", label="compte SCIM", reconcile=ask_the_target)   # on the wire, outside of a transaction
def push_user(delivery: Delivery) -> Result: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Delivery:
    """What a handler is given. `attempt` counts from 1; `message_id` is the same at each attempt."""

    message_id: UUID
    group_id: UUID
    kind: str
    target: str
    payload: dict[str, Any]
    attempt: int


@dataclass(frozen=True)
class Done:
    """The target has it."""


@dataclass(frozen=True)
class Transient:
    """Not received, and worth another try by itself: after `retry_after` when the target said so."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Postponed:
    """Not tried at all: the way is shut for now. Due again after `wait`, and not counted among the tries."""

    reason: str
    wait: timedelta


@dataclass(frozen=True)
class Rejected:
    """Refused for good: a person must look."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """Sent, and no answer: never sent again before somebody, or `reconcile`, has looked."""

    reason: str


@dataclass(frozen=True)
class NeverArrived:
    """Answer of `reconcile`: the target never had it, it may be sent again. Not counted among the failed tries."""


@dataclass(frozen=True)
class Dropped:
    """No longer to be sent: what it was about has changed since."""

    reason: str


Result = Done | Transient | Postponed | Rejected | Unknown | NeverArrived | Dropped
Send = Callable[[Delivery], Result]
Effect = Callable[[Delivery], None]


@dataclass(frozen=True)
class Handler:
    """`effect` for a local one, `send` for a remote one."""

    label: str
    effect: Effect | None = None
    send: Send | None = None
    reconcile: Send | None = None
    time_out: timedelta = timedelta(minutes=2)


_HANDLERS: dict[str, Handler] = {}
_LABELS: dict[str, str] = {}


def _register(kind: str, found: Handler) -> None:
    if kind in _HANDLERS:
        raise ValueError(f"Two handlers for {kind}")
    _HANDLERS[kind] = found


def handler(kind: str, *, label: str = "") -> Callable[[Effect], Effect]:
    """Registers a local effect. It raises DomainError to hand the message to a person."""

    def decorate(effect: Effect) -> Effect:
        _register(kind, Handler(label or kind, effect=effect))
        return effect

    return decorate


def remote_handler(
    kind: str, *, label: str = "", reconcile: Send | None = None, time_out: timedelta = timedelta(minutes=2)
) -> Callable[[Send], Send]:
    """Registers a send that goes on the wire, called outside of any door: it opens its own to read.

    After `time_out` without an outcome the message is « unknown »: `reconcile` asks the target, else a person decides.
    """

    def decorate(send: Send) -> Send:
        _register(kind, Handler(label or kind, send=send, reconcile=reconcile, time_out=time_out))
        return send

    return decorate


def handler_of(kind: str) -> Handler | None:
    return _HANDLERS.get(kind)


def reconcilable_kinds() -> list[str]:
    return sorted(kind for kind, one in _HANDLERS.items() if one.reconcile)


def name_kinds(labels: Mapping[str, str]) -> None:
    """Says in French kinds that are posted and that nothing handles yet."""
    _LABELS.update(labels)


def kind_label(kind: str) -> str:
    """In French for the screens; the kind itself when no room says it."""
    found = _HANDLERS.get(kind)
    return found.label if found else _LABELS.get(kind, kind)
