from django.db import migrations

# The group follows from the establishment and from the person: told so, the planner expects as many rows as come.
KEYS = """
CREATE STATISTICS people_visibility_keys (dependencies) ON group_id, establishment_id, person_id FROM people_visibility;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_insee_tables")]
    operations = [migrations.RunSQL(KEYS, "DROP STATISTICS people_visibility_keys")]
