"""The civil and contact traits of a person, as one value that forms, imports and operations hand to each other."""

import hashlib
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from typing import Any, Self

from portal.foundation.names import clean_spaces


@dataclass(frozen=True)
class PersonTraits:
    """`birth_date` is 'AAAA-MM-JJ' with 00 for unknown parts, '' unknown; `phone` is +33… once `tidied`.

    Born in France: `birth_commune_code` (INSEE) and country 99100. Born abroad: `birth_country_code` 99xxx, and the town
    in `birth_place`. `is_french` None: not known.
    """

    birth_name: str
    first_names: tuple[str, ...]
    usage_name: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_commune_code: str = ""
    birth_country_code: str = ""
    birth_place: str = ""
    is_french: bool | None = None
    phone: str = ""
    has_no_phone: bool = False
    email: str = ""

    @classmethod
    def of(cls, person: Any) -> Self:
        """The traits that a `Person` carries now."""
        values = {one.name: getattr(person, one.name) for one in fields(cls)}
        return cls(**values | {"first_names": tuple(person.first_names)})

    def tidied(self) -> Self:
        """Spaces and composed characters put in order, e-mail in small letters, a number that says « no phone » emptied."""
        return replace(
            self,
            birth_name=clean_spaces(self.birth_name),
            first_names=tuple(clean_spaces(one) for one in self.first_names if one.strip()),
            usage_name=clean_spaces(self.usage_name),
            birth_place=clean_spaces(self.birth_place),
            birth_commune_code=self.birth_commune_code.strip().upper(),
            email=self.email.strip().lower(),
        )

    @property
    def mark(self) -> str:
        """Changes with any of them: a form carries it, to know whether the record is still what its reader saw."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]

    def as_values(self) -> dict[str, Any]:
        """Column → value, for a `Person`."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {
            "first_names": list(self.first_names)
        }


@dataclass(frozen=True)
class Sighting:
    """How an identity was checked, as a form says it. `checked_on`: of an earlier check that is carried over, else now."""

    method: str
    document_kind: str = "none"
    remote_means: str = ""
    carried_from: str = ""
    checked_on: date | None = None


CIVIL_TRAITS = (
    "birth_name",
    "first_names",
    "usage_name",
    "sex",
    "birth_date",
    "birth_commune_code",
    "birth_country_code",
    "birth_place",
)
