"""Which record gives which trait to the one that goes on: what differs, what is taken by default, what is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from identities.people.models import EidasLevel, Person
from identities.people.queries import identity_standing
from identities.people.sentences import trait_words
from portal.foundation.clock import now
from portal.foundation.errors import DomainError


@dataclass(frozen=True)
class Trait:
    """Columns that only make sense together. `verified` is the column that dates a contact's verification."""

    name: str
    label: str
    columns: tuple[str, ...]
    is_civil: bool = True
    verified: str = ""

    def value_of(self, person: Person) -> tuple[Any, ...]:
        return tuple(getattr(person, one) for one in self.columns)

    def is_known(self, person: Person) -> bool:
        return any(one not in ("", None, False, []) for one in self.value_of(person))

    def words_of(self, person: Person) -> str:
        """As read on screen."""
        if self.name == "birth_place":
            return person.birth_place_shown or "non renseigné"
        if self.name == "phone":
            return person.phone_shown or ("pas de téléphone" if person.has_no_phone else "non renseigné")
        return trait_words(self.columns[0], getattr(person, self.columns[0]))


TRAITS = (
    Trait("birth_name", "Nom de naissance", ("birth_name",)),
    Trait("first_names", "Prénoms", ("first_names",)),
    Trait("usage_name", "Nom d'usage", ("usage_name",)),
    Trait("sex", "Sexe", ("sex",)),
    Trait("birth_date", "Date de naissance", ("birth_date",)),
    Trait("birth_place", "Lieu de naissance", ("birth_commune_code", "birth_country_code", "birth_place")),
    Trait("is_french", "Nationalité française", ("is_french",), is_civil=False),
    Trait("phone", "Mobile", ("phone", "has_no_phone"), is_civil=False, verified="phone_verified_at"),
    Trait("email", "Courriel", ("email",), is_civil=False, verified="email_verified_at"),
)


@dataclass(frozen=True)
class Side:
    """One of the two records, with what was verified of it."""

    person: Person
    has_check: bool = False
    check_holds: bool = False  # no civil trait has changed since
    is_verified: bool = False  # and it was of more than a low level

    @property
    def id(self) -> UUID:
        return self.person.pk

    def has_verified(self, trait: Trait) -> bool:
        """That trait is known and verified."""
        held = self.is_verified if trait.is_civil else trait.verified and getattr(self.person, trait.verified)
        return bool(held) and trait.is_known(self.person)


def side_of(person: Person) -> Side:
    """Reads the checks of the record. A check of low level (an earlier one, carried over) verifies nothing."""
    standing = identity_standing(person)
    holds = bool(standing.checks) and not standing.is_to_redo
    seen = any(one.level != EidasLevel.LOW for one in standing.checks)
    return Side(person, bool(standing.checks), holds, holds and seen)


def default_source(trait: Trait, kept: Side, absorbed: Side) -> Side:
    """The record whose value is verified, else the one that has a value, else the one that goes on."""
    for side in (kept, absorbed):
        if side.has_verified(trait):
            return side
    if kept.is_verified and trait.is_civil:
        return kept  # a value added to an identity that was seen would leave it to be seen again
    return absorbed if trait.is_known(absorbed.person) and not trait.is_known(kept.person) else kept


def check_source(trait: Trait, chosen: Side, other: Side) -> None:
    """Refuses (DomainError) a value that nobody verified in the place of one that was."""
    differs = trait.value_of(chosen.person) != trait.value_of(other.person)
    if differs and other.has_verified(trait) and not chosen.has_verified(trait):
        raise DomainError(
            f"{trait.name} is verified on the other record",
            f"{trait.label} : « {trait.words_of(other.person)} » a été vérifié, l'autre valeur ne l'a pas été."
            " Gardez la valeur vérifiée ; si elle est fausse, corrigez-la d'abord sur sa fiche.",
            f"trait_{trait.name}",
        )


def chosen_values(kept: Side, absorbed: Side, choices: Mapping[str, UUID]) -> dict[str, dict[str, Any]]:
    """Trait → column → value, for those that change on the kept record. Without a choice, the default.

    Refuses (DomainError, with the field) a record that is neither, and an unverified value over a verified one.
    """
    sides = {kept.id: kept, absorbed.id: absorbed}
    written: dict[str, dict[str, Any]] = {}
    for trait in TRAITS:
        default = default_source(trait, kept, absorbed)
        source = sides.get(choices.get(trait.name, default.id))
        if source is None:
            raise DomainError(
                "Neither record", "Choisissez une des deux valeurs proposées.", f"trait_{trait.name}"
            )
        check_source(trait, source, absorbed if source is kept else kept)
        if trait.value_of(source.person) == trait.value_of(kept.person):
            source = default  # same value: the one that was verified
        columns = (*trait.columns, trait.verified) if trait.verified else trait.columns
        values = {one: getattr(source.person, one) for one in columns}
        if any(value != getattr(kept.person, one) for one, value in values.items()):
            written[trait.name] = values
    return written


def identity_changed_at(
    kept: Side, absorbed: Side, written: Mapping[str, Mapping[str, Any]]
) -> datetime | None:
    """Since when a check holds for the record that goes on: as before when it results in one of the two as it was checked.

    Else now, when a trait changes or when a check comes along that was of other traits: the identity is to be seen again.
    """
    civil = [one for one in TRAITS if one.is_civil]
    is_as_kept = not any(one.name in written for one in civil)
    if is_as_kept and (kept.check_holds or not absorbed.has_check):
        return kept.person.identity_changed_at
    is_as_absorbed = all(_result(one, kept, written) == one.value_of(absorbed.person) for one in civil)
    return absorbed.person.identity_changed_at if is_as_absorbed and absorbed.check_holds else now()


def _result(trait: Trait, kept: Side, written: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    values = written.get(trait.name, {})
    return tuple(values.get(one, getattr(kept.person, one)) for one in trait.columns)
