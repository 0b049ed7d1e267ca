"""From fictitious people to rows of the product's own tables."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from identities.people.models import Person
from portal.demo.seed.names import Civil
from portal.demo.seed.places import Site, luhn_completed
from portal.demo.seed.profiles import Town
from portal.demo.seed.stays import Stay
from portal.demo.seed.tables import Tables

UNITS = ("Unité protégée", "Rez-de-chaussée", "Premier étage", "Nuit")
HISTORY = "Reprise de l'historique"
_FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)  # no clock in an id: the same seed gives the same ids
_AFTER_THE_TIME = (1 << 80) - 1 - (0xF << 76) - (0b11 << 62)
_VERSION_7 = 0x7 << 76 | 0b10 << 62


class Ids:
    """UUIDs version 7 drawn from a generator, as if the group had come `rank` hours after the first day."""

    def __init__(self, rng: Random, rank: int) -> None:
        self.rng = rng
        self.ticks = int((_FIRST_DAY + timedelta(hours=rank)).timestamp() * 1000) << 4

    def draw(self) -> UUID:
        """The next one: 16 to a millisecond."""
        self.ticks += 1
        kept = self.rng.getrandbits(128) & _AFTER_THE_TIME
        return UUID(int=self.ticks >> 4 << 80 | kept | _VERSION_7)


class RowMaker:
    """Makes the rows of one group; the same generator gives the same rows."""

    def __init__(self, rng: Random, rank: int, moment: datetime, birth_towns: list[Town]) -> None:
        self.rng, self.moment, self.birth_towns = rng, moment, birth_towns
        self.new_id = Ids(rng, rank).draw
        self.tables = Tables()
        self._rpps: set[str] = set()

    def place(self, site: Site, ids: Ids, entity: UUID) -> UUID:
        """The establishment and its units."""
        establishment = ids.draw()
        self.tables.establishments.rows.append(
            (establishment, entity, site.finess, site.siret, site.name, site.category_code, site.department,
             site.postal_code, site.city, f"{self.rng.randint(1, 90)} rue des Fictions", "1998-09-01")
        )  # fmt: skip
        for name in UNITS[: 1 + site.headcount // 30]:
            self.tables.units.rows.append((ids.draw(), establishment, name))
        return establishment

    def person(self, civil: Civil, starts_at: datetime) -> UUID:
        """The record, and its matricule, RPPS and identity check as likely as in a real group."""
        rank, rng = len(self.tables.people.rows), self.rng
        town = rng.choice(self.birth_towns)
        code, place = civil.born_abroad or ("99100", town.name)
        mobile = f"+336990{rng.randint(0, 99999):05}" if rng.random() < 0.8 else ""
        mail = f"personne{rank}@exemple.invalid" if rng.random() < 0.7 else ""
        person = self.new_id()
        self.tables.people.rows.append(
            (person, civil.birth_name, list(civil.first_names), civil.usage_name, civil.sex, civil.birth_date, code,
             "" if civil.born_abroad else town.code, place, mobile, not mobile and rng.random() < 0.3, mail)
        )  # fmt: skip
        self._identify(person, rank, starts_at)
        return person

    def _identify(self, person: UUID, rank: int, starts_at: datetime) -> None:
        identifiers = self.tables.identifiers.rows
        if self.rng.random() < 0.85:
            identifiers.append((self.new_id(), person, "matricule", f"{100000 + rank}"))
        if self.rng.random() < 0.35:
            rpps = luhn_completed(f"999{self.rng.randint(0, 9_999_999):07}")
            row = (self.new_id(), person, "rpps", rpps)
            if rpps not in self._rpps:
                self._rpps.add(rpps)
                identifiers.append(row)
        if self.rng.random() < 0.75:
            check = self.new_id()
            document = self.rng.choice(("identity_card", "identity_card", "passport", "residence_permit"))
            self.tables.checks.rows.append(
                (check, person, "face_to_face", "substantial", starts_at, document, self.new_id(), "Référent de site")
            )  # fmt: skip

    def stay(self, person: UUID, civil: Civil, establishment: UUID, stay: Stay) -> None:
        """The assignment, its changes, and what the journal says of them within the last twelve months."""
        assignment = self.new_id()
        self.tables.assignments.rows.append(
            (assignment, person, establishment, stay.kind, stay.contract, stay.function_code, stay.starts_at,
             stay.ends_at, stay.state, stay.agency, stay.end_reason, "demo")
        )  # fmt: skip
        for at, source, target, sentence in self._steps(stay, civil):
            self.tables.changes.rows.append(
                (
                    self.new_id(),
                    assignment,
                    establishment,
                    at,
                    HISTORY,
                    source,
                    target,
                    stay.ends_at,
                    stay.ends_at,
                )
            )
            self.tables.lines.rows.append(
                (self.new_id(), at, HISTORY, "demo.history", establishment, "person", person, sentence)
            )

    def _steps(self, stay: Stay, civil: Civil) -> Iterator[tuple[datetime, str, str, str]]:
        year_ago = self.moment - timedelta(days=365)
        came, gone = min(stay.starts_at, self.moment) > year_ago, stay.state == "ended" and stay.ends_at
        if not came and not gone:
            return
        who, what = _shown(civil), "mission" if stay.kind == "mission" else "affectation"
        if came:
            verb = "est attendu(e)" if stay.state == "planned" else "est arrivé(e)"
            first = "planned" if stay.state == "planned" else "running"
            yield min(stay.starts_at, self.moment), "", first, f"{who} {verb} ({what})."
        if gone:
            yield gone, "running", "ended", f"{who} est parti(e) : fin de {what}."


def _shown(civil: Civil) -> str:
    traits = {"birth_name": civil.birth_name, "usage_name": civil.usage_name}
    return Person(**traits, first_names=list(civil.first_names)).display_name
