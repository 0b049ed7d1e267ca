"""One arrival, as forms hand it to operations."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from identities.people.models import DocumentKind
from identities.people.traits import PersonTraits


@dataclass(frozen=True)
class Stay:
    """Function, dates (aware) and circumstances, checked. `kind` and `contract` are those of an assignment."""

    function_code: str
    kind: str
    contract: str
    starts_at: datetime
    ends_at: datetime | None
    agency: str = ""
    replaced_person_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True)
class Arrival:
    """Ready to be brought in. `person_id`: somebody known, whose `traits` then only carry a new phone or e-mail.

    Among several brought in together, `same_as` and `other_than` point to earlier ones by their rank.
    """

    submission_key: str
    stay: Stay
    traits: PersonTraits
    person_id: UUID | None = None
    apart_from: frozenset[UUID] = field(default_factory=frozenset)
    apart_reason: str = ""
    document_kind: str = DocumentKind.NONE.value
    same_as: int | None = None
    other_than: frozenset[int] = field(default_factory=frozenset)

    def apart_among(self, shown: Iterable[UUID]) -> "Arrival":
        """Kept apart from those only that the page showed: a posted id may be anybody's, and their name would be told."""
        return replace(self, apart_from=self.apart_from & frozenset(shown))
