from django.db import migrations

from portal.foundation.tenancy.policies import protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# Doubles are settled for the whole group: people limited to some sites see none of it.
GRANTS = {
    "pair": "SELECT, INSERT, UPDATE, DELETE",
    "pairsearch": "SELECT, INSERT, UPDATE",
    "merge": "SELECT, INSERT, UPDATE",
    "mergedrow": "SELECT, INSERT",
}
KEYS = (
    ("pair", "person_id", "people_person"),
    ("pair", "other_id", "people_person"),
    ("merge", "kept_id", "people_person"),
    ("merge", "absorbed_id", "people_person"),
    ("mergedrow", "merge_id", "duplicates_merge"),
)
# A pair that nobody decided may go; a decision never does.
ONLY_UNDECIDED_GO = (
    "CREATE POLICY only_undecided_go ON duplicates_pair AS RESTRICTIVE FOR DELETE TO portal_group"
    " USING (state IN ('to_settle', 'later'))"
)
# A check stays what somebody attested, word for word; a merge moves it, whole, to the record that goes on.
CHECKS_FOLLOW = "GRANT UPDATE (person_id) ON people_identitycheck TO portal_group"


class Migration(migrations.Migration):
    dependencies = [
        ("duplicates", "0001_initial"),
        ("people", "0007_merged_into"),
        ("groups", "0002_walls"),
    ]
    operations = [
        *(protect(f"duplicates_{table}", group=rights, site=None) for table, rights in GRANTS.items()),
        *(group_foreign_key(f"duplicates_{table}") for table in GRANTS),
        *(composite_foreign_key(f"duplicates_{table}", column, target) for table, column, target in KEYS),
        migrations.RunSQL(ONLY_UNDECIDED_GO, migrations.RunSQL.noop),
        migrations.RunSQL(CHECKS_FOLLOW, "REVOKE UPDATE (person_id) ON people_identitycheck FROM portal_group"),
    ]
