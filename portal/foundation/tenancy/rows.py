"""The base of every tenant table, and the foreign key that cannot cross a group."""

from django.db import migrations, models

from portal.foundation.keys import uuid7
from portal.foundation.tenancy.context import current_group_id


class TenantRow(models.Model):
    """A row of one group: the group is that of the door it was written in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group_id = models.UUIDField(default=current_group_id, editable=False)

    class Meta:
        abstract = True


def row_of_group(name: str) -> models.UniqueConstraint:
    """What a composite foreign key points to."""
    return models.UniqueConstraint(fields=["group_id", "id"], name=name)


def composite_foreign_key(table: str, column: str, target: str) -> migrations.RunSQL:
    """(group_id, column) → target(group_id, id): foreign keys ignore row security, so the key holds the group."""
    name = f"{table}_{column}_same_group"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (group_id, {column})"
        f" REFERENCES {target} (group_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def group_foreign_key(table: str) -> migrations.RunSQL:
    """group_id → groups_group(id)."""
    name = f"{table}_group"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (group_id) REFERENCES groups_group (id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
