"""What a digest says of each kind: registered by the room that knows it, in its `notices.py`.

    @digest_section("missions_ending")
    def missions_ending(access: Access) -> Iterable[Item]: ...

A section is called inside the reader's own door: their group, limited to the sites where they hold the kind's permission.
It counts and links; it names places, never a person.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tenants.memberships.access import Access
from tenants.notices.kinds import BY_CODE


@dataclass(frozen=True)
class Item:
    """One line of a digest: a French sentence, and the path of the page where it is dealt with."""

    text: str
    url: str


SectionOf = Callable[[Access], Iterable[Item]]
_SECTIONS: dict[str, SectionOf] = {}


def digest_section(code: str) -> Callable[[SectionOf], SectionOf]:
    """Registers what a digest says of one kind. Refuses (ValueError) a kind that is in no digest, and a second one."""

    def decorate(section: SectionOf) -> SectionOf:
        if code not in BY_CODE or not BY_CODE[code].in_digest or code in _SECTIONS:
            raise ValueError(f"No digest section to register for {code}")
        _SECTIONS[code] = section
        return section

    return decorate


def section_for(code: str) -> SectionOf:
    return _SECTIONS[code]


def registered_sections() -> frozenset[str]:
    return frozenset(_SECTIONS)
