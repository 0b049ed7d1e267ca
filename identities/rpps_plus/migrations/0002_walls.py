from django.db import migrations

from portal.foundation.tenancy.policies import SITE_WALL, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# An entry is of the establishment of its request: the key says so, whatever a site's door writes.
SAME_SITE = """
ALTER TABLE rpps_plus_portalentry ADD CONSTRAINT rpps_plus_portalentry_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rpps_plus", "0001_initial"),
        ("registrations", "0002_walls"),
        ("groups", "0002_walls"),
    ]
    operations = [
        # A site reads who may work the portal for it, by itself or by its entité juridique; the group keeps the list.
        protect("rpps_plus_rppsmanager", site="SELECT", site_wall=f"coalesce({SITE_WALL}, true)"),
        protect("rpps_plus_portalentry"),
        group_foreign_key("rpps_plus_rppsmanager"),
        composite_foreign_key("rpps_plus_rppsmanager", "legal_entity_id", "groups_legalentity"),
        composite_foreign_key("rpps_plus_rppsmanager", "establishment_id", "groups_establishment"),
        migrations.RunSQL(SAME_SITE, migrations.RunSQL.noop),
    ]
