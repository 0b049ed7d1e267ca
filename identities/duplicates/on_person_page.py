"""The part « fusions et doublons » of a person's page, for those who settle them."""

from dataclasses import dataclass
from uuid import UUID

from identities.duplicates.models import Merge, Pair
from identities.duplicates.queries import merges_into, open_pairs_of
from portal.foundation.addresses import address


@dataclass(frozen=True)
class DoublesPart:
    """Merges in force with where each is undone, and pairs that wait with the other's name."""

    merges: list[tuple[Merge, str]]
    pairs: list[tuple[Pair, str, str]]
    propose_url: str


def doubles_part(person_id: UUID, slug: str) -> DoublesPart:
    """Stands at the door of the whole group."""
    return DoublesPart(
        merges=[
            (one, address("duplicates:undo", group_slug=slug, merge_id=one.pk))
            for one in merges_into(person_id)
        ],
        pairs=[
            (
                one,
                (one.other if one.person_id == person_id else one.person).display_name,
                address("duplicates:pair", group_slug=slug, pair_id=one.pk),
            )
            for one in open_pairs_of(person_id)
        ],
        propose_url=address("duplicates:propose", group_slug=slug, person_id=person_id),
    )
