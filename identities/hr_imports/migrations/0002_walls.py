from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# HR files are of the whole group: people limited to some sites see none of it.
GRANTS = {
    "source": "SELECT, INSERT, UPDATE",
    "guardsettings": "SELECT, INSERT, UPDATE",
    "jobtitle": "SELECT, INSERT, UPDATE, DELETE",
    "run": "SELECT, INSERT, UPDATE",
    "depositedfile": "SELECT, INSERT, DELETE",
    "line": "SELECT, INSERT, UPDATE, DELETE",
    "siterun": "SELECT, INSERT, UPDATE, DELETE",
}
KEYS = (
    ("source", "legal_entity_id", "groups_legalentity"),
    ("run", "source_id", "hr_imports_source"),
    ("depositedfile", "run_id", "hr_imports_run"),
    ("line", "run_id", "hr_imports_run"),
    ("line", "establishment_id", "groups_establishment"),
    ("line", "assignment_id", "assignments_assignment"),
    ("siterun", "run_id", "hr_imports_run"),
    ("siterun", "establishment_id", "groups_establishment"),
)


class Migration(migrations.Migration):
    dependencies = [("hr_imports", "0001_initial"), ("groups", "0002_walls"), ("assignments", "0002_walls")]
    operations = [
        *(protect(f"hr_imports_{table}", group=rights, site=None) for table, rights in GRANTS.items()),
        *(group_foreign_key(f"hr_imports_{table}") for table in GRANTS),
        *(composite_foreign_key(f"hr_imports_{table}", column, target) for table, column, target in KEYS),
        open_to("hr_imports_run", "portal_clock", "id, group_id, state, moved_at"),
    ]
