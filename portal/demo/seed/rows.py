"""From fictitious people to rows of the product's own tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from identities.assignments.models import Assignment, AssignmentChange
from identities.people.models import Commune, IdentityCheck, Person, PersonIdentifier
from portal.demo.seed.names import Civil
from portal.demo.seed.places import luhn_completed
from portal.demo.seed.stays import Stay
from portal.journal.models import Line


@dataclass
class Rows:
    """What one group is made of, ready to be written by set."""

    people: list[Person] = field(default_factory=list)
    identifiers: list[PersonIdentifier] = field(default_factory=list)
    checks: list[IdentityCheck] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    changes: list[AssignmentChange] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


class RowMaker:
    """Makes the rows of one group; the same generator gives the same rows."""

    def __init__(self, rng: Random, group_id: UUID, moment: datetime, communes: list[Commune]) -> None:
        self.rng, self.group_id, self.moment, self.communes = rng, group_id, moment, communes
        self.rows = Rows()

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def person(self, civil: Civil, starts_at: datetime) -> Person:
        """The record, and its matricule, RPPS and identity check as likely as in a real group."""
        rank, rng = len(self.rows.people), self.rng
        commune = rng.choice(self.communes)
        code, place = civil.born_abroad or ("99100", commune.name)
        mobile = f"+336990{rng.randint(0, 99999):05}" if rng.random() < 0.8 else ""
        mail = f"personne{rank}@exemple.invalid" if rng.random() < 0.7 else ""
        person = Person(
            id=self._id(), group_id=self.group_id, birth_name=civil.birth_name, first_names=list(civil.first_names),
            usage_name=civil.usage_name, sex=civil.sex, birth_date=civil.birth_date, birth_country_code=code,
            birth_commune_code="" if civil.born_abroad else commune.code, birth_place=place, phone=mobile,
            has_no_phone=not mobile and rng.random() < 0.3, email=mail,
        )  # fmt: skip
        self.rows.people.append(person)
        self._identify(person, rank, starts_at)
        return person

    def _identify(self, person: Person, rank: int, starts_at: datetime) -> None:
        common = {"group_id": self.group_id, "person": person}
        if self.rng.random() < 0.85:
            matricule = PersonIdentifier(id=self._id(), kind="matricule", value=f"{100000 + rank}", **common)
            self.rows.identifiers.append(matricule)
        if self.rng.random() < 0.35:
            rpps = luhn_completed(f"999{self.rng.randint(0, 9_999_999):07}")
            self.rows.identifiers.append(PersonIdentifier(id=self._id(), kind="rpps", value=rpps, **common))
        if self.rng.random() < 0.75:
            self.rows.checks.append(
                IdentityCheck(
                    id=self._id(), method="face_to_face", level="substantial", checked_at=starts_at,
                    document_kind=self.rng.choice(("identity_card", "identity_card", "passport", "residence_permit")),
                    checked_by=self._id(), checked_by_name="Référent de site", **common,
                )
            )  # fmt: skip

    def stay(self, person: Person, establishment_id: UUID, stay: Stay) -> None:
        """The assignment, its changes, and what the journal says of them within the last twelve months."""
        assignment = Assignment(
            id=self._id(), group_id=self.group_id, person=person, establishment_id=establishment_id, kind=stay.kind,
            contract=stay.contract, function_id=stay.function_code, starts_at=stay.starts_at, ends_at=stay.ends_at,
            state=stay.state, agency=stay.agency, end_reason=stay.end_reason, source="demo",
        )  # fmt: skip
        self.rows.assignments.append(assignment)
        for at, source, target, sentence in self._steps(stay, person):
            self.rows.changes.append(
                AssignmentChange(
                    id=self._id(), group_id=self.group_id, assignment=assignment, establishment_id=establishment_id,
                    at=at, by_name="Reprise de l'historique", from_state=source, to_state=target,
                    ends_at_before=stay.ends_at, ends_at_after=stay.ends_at,
                )
            )  # fmt: skip
            self.rows.lines.append(
                Line(
                    id=self._id(), group_id=self.group_id, at=at, actor_name="Reprise de l'historique",
                    act="demo.history", establishment_id=establishment_id, object_kind="person",
                    object_id=person.pk, sentence=sentence,
                )
            )  # fmt: skip

    def _steps(self, stay: Stay, person: Person) -> Iterator[tuple[datetime, str, str, str]]:
        who, what = person.display_name, "mission" if stay.kind == "mission" else "affectation"
        year_ago = self.moment - timedelta(days=365)
        first = "planned" if stay.state == "planned" else "running"
        if min(stay.starts_at, self.moment) > year_ago:
            verb = "est attendu(e)" if stay.state == "planned" else "est arrivé(e)"
            yield min(stay.starts_at, self.moment), "", first, f"{who} {verb} ({what})."
        if stay.state == "ended" and stay.ends_at:
            yield stay.ends_at, "running", "ended", f"{who} est parti(e) : fin de {what}."
