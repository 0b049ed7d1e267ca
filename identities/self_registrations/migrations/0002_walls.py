from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key

# Links, codes and requests of a self-registration belong to its establishment: the key says so, whatever a door writes.
SAME_SITE = """
ALTER TABLE self_registrations_selfregistration ADD CONSTRAINT self_registrations_selfregistration_of_site
  UNIQUE (group_id, establishment_id, id);
ALTER TABLE self_registrations_selfregistration ADD CONSTRAINT self_registrations_selfregistration_request_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
ALTER TABLE self_registrations_personallink ADD CONSTRAINT self_registrations_personallink_same_site
  FOREIGN KEY (group_id, establishment_id, registration_id)
  REFERENCES self_registrations_selfregistration (group_id, establishment_id, id);
ALTER TABLE self_registrations_contactcode ADD CONSTRAINT self_registrations_contactcode_same_site
  FOREIGN KEY (group_id, establishment_id, registration_id)
  REFERENCES self_registrations_selfregistration (group_id, establishment_id, id);
"""
PATH = "self_registrations_selfregistration"


class Migration(migrations.Migration):
    dependencies = [
        ("self_registrations", "0001_initial"),
        ("registrations", "0002_walls"),
        ("people", "0002_walls"),
        ("groups", "0002_walls"),
    ]
    operations = [
        protect(PATH),
        protect("self_registrations_personallink"),
        protect("self_registrations_contactcode"),
        composite_foreign_key(PATH, "person_id", "people_person"),
        composite_foreign_key(PATH, "establishment_id", "groups_establishment"),
        composite_foreign_key(PATH, "confirming_request_id", "registrations_registrationrequest"),
        migrations.RunSQL(SAME_SITE, migrations.RunSQL.noop),
        open_to(PATH, "portal_clock", "group_id, state, confirm_by, confirming_request_id"),
    ]
