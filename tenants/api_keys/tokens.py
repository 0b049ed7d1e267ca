"""What software sends: `trousseau_` and 86 characters that say the group, the key, and a secret of 256 bits.

The group stands in it so that the key is looked for behind that group's wall: no table of keys stands outside of the walls.
A token says nothing that is believed before its digest is that of the row.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

_SHAPE = re.compile(r"trousseau_([A-Za-z0-9_-]{86})", re.ASCII)
_SECRET = 32  # bytes


@dataclass(frozen=True)
class Token:
    """A token as it was sent or drawn, with what it names."""

    text: str
    group_id: UUID
    key_id: UUID

    @property
    def digest(self) -> str:
        """SHA-256 is enough for 256 random bits: there is nothing to guess slowly."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def ending(self) -> str:
        return self.text[-4:]

    def __repr__(self) -> str:
        return f"Token(key {self.key_id})"


def draw_token(group_id: UUID, key_id: UUID) -> Token:
    """A new secret for that key."""
    whole = group_id.bytes + key_id.bytes + secrets.token_bytes(_SECRET)
    text = base64.urlsafe_b64encode(whole).decode().rstrip("=")
    return Token(f"trousseau_{text}", group_id, key_id)


def read_token(text: str) -> Token | None:
    """None for what has not the shape of ours."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    whole = base64.urlsafe_b64decode(found[1] + "==")
    return Token(text, UUID(bytes=whole[:16]), UUID(bytes=whole[16:32]))
