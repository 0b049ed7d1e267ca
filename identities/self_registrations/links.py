"""The secret of a personal link: which group it opens, and 256 random bits of which only the hash is kept.

Plain rather than signed: a signature could be made again by whoever holds the portal's key, a secret that was drawn and
forgotten cannot. The group stands in clear, so that nothing is looked up across groups.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

_GROUP, _SECRET = 16, 32  # bytes: 64 characters of base64, without padding


@dataclass(frozen=True)
class Secret:
    """`text` is given once and never kept; `hash` is."""

    group_id: UUID
    text: str
    hash: str


def new_secret(group_id: UUID) -> Secret:
    return _secret(group_id.bytes + secrets.token_bytes(_SECRET))


def read_secret(text: str) -> Secret | None:
    """None for what is not of that shape."""
    try:
        both = urlsafe_b64decode(text.encode("ascii"))
    except (Error, UnicodeEncodeError, ValueError):
        return None
    return _secret(both) if len(both) == _GROUP + _SECRET else None


def _secret(both: bytes) -> Secret:
    text = urlsafe_b64encode(both).decode()
    return Secret(UUID(bytes=both[:_GROUP]), text, sha256(both).hexdigest())
