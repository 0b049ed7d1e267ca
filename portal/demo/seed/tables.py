"""Writing rows by set into the product's own tables, as the application does: COPY, then INSERT through the walls.

PostgreSQL refuses COPY to a role under row-level security, the owner included (its tables are forced). So rows are copied
into a temporary table and inserted from there inside the group's own door: no superuser, every policy, key, trigger and
constraint at work. A country of 500 groups takes it (portal/decisions/measures.md), so nothing is switched off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from identities.assignments.models import Assignment, AssignmentChange
from identities.people.models import IdentityCheck, Person, PersonIdentifier
from portal.journal.models import Line
from tenants.groups.models import Establishment, LegalEntity, Unit

_ARRIVING = "demo_arriving"


@dataclass
class Table:
    """One table being filled: the columns that `rows` give, in order. The others get what the model says by default."""

    model: type[Model]
    columns: Sequence[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def write(self, moment: datetime) -> None:
        """Inserts the rows in the group of the current door; `moment` is when they are said to be created."""
        names, table = ", ".join(self.columns), self.model._meta.db_table
        rest = self._rest(moment)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {_ARRIVING} AS SELECT {names} FROM {table} WITH NO DATA")
            with cursor.copy(f"COPY {_ARRIVING} FROM STDIN") as copy:
                for row in self.rows:
                    copy.write_row(row)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join([names, *rest])})"
                f" SELECT {', '.join([names, *('%s' for _ in rest)])} FROM {_ARRIVING}",
                list(rest.values()),
            )
            cursor.execute(f"DROP TABLE {_ARRIVING}")

    def _rest(self, moment: datetime) -> dict[str, Any]:
        """Values of the columns that the rows do not give; NULL and what the database fills are left to it."""
        found: dict[str, Any] = {}
        for one in self.model._meta.local_concrete_fields:
            if one.column is None or one.generated or one.has_db_default() or one.column in self.columns:
                continue
            value = moment if getattr(one, "auto_now_add", False) else _default(one)
            if value is not None:
                found[one.column] = value
        return found


def _default(one: Field) -> Any:
    return one.get_db_prep_save(one.get_default(), connection)


class Tables:
    """What one group is made of, in the order in which it is written."""

    def __init__(self) -> None:
        self.entities = Table(LegalEntity, ["id", "finess", "siren", "name"])
        self.establishments = Table(
            Establishment,
            ["id", "legal_entity_id", "finess", "siret", "name", "category_code", "department", "postal_code", "city",
             "address", "opened_on"],
        )  # fmt: skip
        self.units = Table(Unit, ["id", "establishment_id", "name"])
        self.people = Table(
            Person,
            ["id", "birth_name", "first_names", "usage_name", "sex", "birth_date", "birth_country_code",
             "birth_commune_code", "birth_place", "phone", "has_no_phone", "email"],
        )  # fmt: skip
        self.assignments = Table(
            Assignment,
            ["id", "person_id", "establishment_id", "kind", "contract", "function_id", "starts_at", "ends_at", "state",
             "agency", "end_reason", "source"],
        )  # fmt: skip
        self.identifiers = Table(PersonIdentifier, ["id", "person_id", "kind", "value"])
        self.checks = Table(
            IdentityCheck,
            ["id", "person_id", "method", "level", "checked_at", "document_kind", "checked_by", "checked_by_name"],
        )  # fmt: skip
        self.changes = Table(
            AssignmentChange,
            ["id", "assignment_id", "establishment_id", "at", "by_name", "from_state", "to_state", "ends_at_before",
             "ends_at_after"],
        )  # fmt: skip
        self.lines = Table(
            Line,
            ["id", "at", "actor_name", "act", "establishment_id", "object_kind", "object_id", "sentence"],
        )  # fmt: skip

    def write(self, moment: datetime) -> None:
        """Inserts everything, referenced rows first."""
        for table in vars(self).values():
            table.write(moment)
