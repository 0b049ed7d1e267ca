"""One fictitious person, as a contract shows it; the engine knows nothing else of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Persona:
    """`subject` is the `sub` of all its tokens; each mapping is added to what the engine writes itself.

    `left_out` names claims that its tokens do not carry; `everyday` puts it on the first list of the sign-in page.
    """

    slug: str
    name: str
    note: str
    subject: str
    userinfo: Mapping[str, Any]
    id_token: Mapping[str, Any] = field(default_factory=dict)
    access_token: Mapping[str, Any] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    signed_userinfo: bool = False
    everyday: bool = True
