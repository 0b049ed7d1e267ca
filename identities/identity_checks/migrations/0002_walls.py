from django.db import migrations

from portal.foundation.tenancy.policies import protect, seen_with_the_person
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

TABLE = "identity_checks_traitchange"
# What was asked stays as it was asked; only the decision is written.
RIGHTS = "SELECT, INSERT, UPDATE (state, decided_at, decided_by, decided_by_name, reason)"


class Migration(migrations.Migration):
    dependencies = [
        ("identity_checks", "0001_initial"),
        ("people", "0008_how_a_check_was_made"),
        ("groups", "0002_walls"),
    ]
    operations = [
        protect("identity_checks_validity", site="SELECT", site_wall=None),
        protect(
            TABLE, group=RIGHTS, site=RIGHTS, site_wall=seen_with_the_person(f"{TABLE}.person_id")
        ),
        group_foreign_key("identity_checks_validity"),
        composite_foreign_key(TABLE, "person_id", "people_person"),
    ]
