"""A person as a door has just proved them, and what waits for their word in the session."""

from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from portal.foundation.clock import now
from tenants.sign_in.identifiers import IdentifierKind, TypedIdentifier

PENDING = "pending_identity"
PENDING_SECONDS = 600


@dataclass(frozen=True)
class ProvedIdentity:
    """`door` names the door in French as sentences do; `means` what was shown there, for the journal."""

    door: str
    issuer: str
    identifiers: tuple[TypedIdentifier, ...]
    full_name: str
    means: str
    group_id: UUID | None = None

    @property
    def main(self) -> TypedIdentifier:
        return self.identifiers[0]


@dataclass(frozen=True)
class Pending:
    """`number` is that of the page that asks: what is confirmed is what was shown. `next_url`: where they were going."""

    identity: ProvedIdentity
    number: str
    next_url: str


def keep_pending(request: HttpRequest, identity: ProvedIdentity, next_url: str = "") -> None:
    """Kept ten minutes on the server, until the person says which account it opens."""
    kept = asdict(identity) | {
        "identifiers": [[one.kind.value, one.value] for one in identity.identifiers],
        "group_id": str(identity.group_id) if identity.group_id else None,
        "at": int(now().timestamp()),
        "number": token_hex(8),
        "next": next_url,
    }
    request.session[PENDING] = kept


def pending(request: HttpRequest) -> Pending | None:
    """What `keep_pending` kept; None when there is nothing, nothing fresh enough, or what an older release left."""
    kept: dict[str, Any] = request.session.get(PENDING) or {}
    if now().timestamp() - kept.get("at", 0) > PENDING_SECONDS:
        return None
    try:
        return Pending(_identity(kept), kept["number"], kept["next"])
    except (KeyError, ValueError):
        return None


def _identity(kept: dict[str, Any]) -> ProvedIdentity:
    return ProvedIdentity(
        door=kept["door"],
        issuer=kept["issuer"],
        identifiers=tuple(
            TypedIdentifier(IdentifierKind(kind), value) for kind, value in kept["identifiers"]
        ),
        full_name=kept["full_name"],
        means=kept["means"],
        group_id=UUID(kept["group_id"]) if kept["group_id"] else None,
    )


def pending_identity(request: HttpRequest) -> ProvedIdentity | None:
    """The identity alone of what is pending."""
    found = pending(request)
    return found.identity if found else None


def await_sign_in(request: HttpRequest) -> None:
    """The person said « me connecter et relier »: what is pending outlives their sign-in, whatever its door."""
    if PENDING in request.session:
        request.session[PENDING] |= {"awaits": True}
        request.session.modified = True


def forget_pending(request: HttpRequest, *, unless_awaited: bool = False) -> None:
    """`unless_awaited`: at a sign-in, which may be that of somebody else in the same browser."""
    if not (unless_awaited and request.session.get(PENDING, {}).get("awaits")):
        request.session.pop(PENDING, None)
