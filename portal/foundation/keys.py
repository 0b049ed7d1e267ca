"""Primary keys: UUID version 7 (RFC 9562 §5.7), ordered by time so that indexes stay narrow."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """48 bits of Unix milliseconds, 74 random bits, version and variant."""
    milliseconds = time.time_ns() // 1_000_000
    drawn = secrets.randbits(74)  # once: a call to the system costs more than the rest
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | drawn >> 62 << 64 | 0b10 << 62 | drawn & ((1 << 62) - 1)
    return UUID(int=value)
