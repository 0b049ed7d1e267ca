"""A person as a door has just proved them, and what waits for their word in the session."""

from dataclasses import asdict, dataclass
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


def keep_pending(request: HttpRequest, identity: ProvedIdentity) -> None:
    """Kept ten minutes on the server, until the person says which account it opens."""
    kept = asdict(identity) | {
        "identifiers": [[one.kind.value, one.value] for one in identity.identifiers],
        "group_id": str(identity.group_id) if identity.group_id else None,
        "at": int(now().timestamp()),
    }
    request.session[PENDING] = kept


def pending_identity(request: HttpRequest) -> ProvedIdentity | None:
    """What `keep_pending` kept; None when there is nothing, or nothing fresh enough."""
    kept: dict[str, Any] = request.session.get(PENDING) or {}
    if not kept or now().timestamp() - kept["at"] > PENDING_SECONDS:
        return None
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


def forget_pending(request: HttpRequest) -> None:
    request.session.pop(PENDING, None)
