"""What an act on a self-registration leaves in the journal, and the actor that a person is without an account."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identities.self_registrations.models import SelfRegistration


@dataclass(frozen=True)
class ThePerson:
    """The professional, who has no account here: known by the link that was sent to them."""

    actor_name: str
    establishment_id: UUID
    actor_id: None = None


def the_person(path: SelfRegistration) -> ThePerson:
    return ThePerson(f"{path.person.display_name} (lien personnel)", path.establishment_id)


def about(path: SelfRegistration) -> dict[str, Any]:
    """What `record` is told of whom: `record(actor, ACT, **about(path), …)`."""
    return {
        "object_kind": "person",
        "object_id": path.person_id,
        "establishment_id": path.establishment_id,
        "object": path.person.display_name,
    }
