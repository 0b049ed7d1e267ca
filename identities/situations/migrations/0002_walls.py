from django.db import migrations

from portal.foundation.tenancy.policies import protect
from portal.foundation.tenancy.rows import composite_foreign_key

TABLE = "situations_situationtoclose"
# The departure and the request are of the situation's own establishment.
SAME_SITE = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_assignment_same_site
  FOREIGN KEY (group_id, establishment_id, assignment_id)
  REFERENCES assignments_assignment (group_id, establishment_id, id);
ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_request_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("situations", "0001_initial"), ("registrations", "0002_walls")]
    operations = [
        protect(TABLE, site="SELECT, UPDATE"),
        composite_foreign_key(TABLE, "person_id", "people_person"),
        composite_foreign_key(TABLE, "establishment_id", "groups_establishment"),
        migrations.RunSQL(SAME_SITE, migrations.RunSQL.noop),
    ]
