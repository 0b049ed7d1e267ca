from django.db import migrations

from portal.foundation.tenancy.policies import GROUP_WALL, seen_with_the_person

# For databases made while the clause was an IN: a door on fifty sites read four thousand people to show one.
COLUMNS = {
    "people_person": "id",
    "people_personidentifier": "person_id",
    "people_identitycheck": "person_id",
}


def _policy(table: str, column: str) -> str:
    clause = f"{GROUP_WALL} AND {seen_with_the_person(f'{table}.{column}')}"
    return f"ALTER POLICY tenant_site ON {table} USING ({clause}) WITH CHECK ({clause})"


class Migration(migrations.Migration):
    dependencies = [("people", "0005_keys_of_visibility")]
    operations = [migrations.RunSQL(_policy(*one), migrations.RunSQL.noop) for one in COLUMNS.items()]
