from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# What hangs on a request belongs to its establishment: the key says so, whatever a site's door writes.
SAME_SITE = """
ALTER TABLE registrations_registrationrequest ADD CONSTRAINT registrations_registrationrequest_of_site
  UNIQUE (group_id, establishment_id, id);
ALTER TABLE registrations_registrationrequest ADD CONSTRAINT registrations_registrationrequest_assignment_same_site
  FOREIGN KEY (group_id, establishment_id, assignment_id)
  REFERENCES assignments_assignment (group_id, establishment_id, id);
ALTER TABLE registrations_requestblock ADD CONSTRAINT registrations_requestblock_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
ALTER TABLE registrations_requestevent ADD CONSTRAINT registrations_requestevent_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
ALTER TABLE registrations_rnippecho ADD CONSTRAINT registrations_rnippecho_same_site
  FOREIGN KEY (group_id, establishment_id, request_id)
  REFERENCES registrations_registrationrequest (group_id, establishment_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0001_initial"),
        ("people", "0002_walls"),
        ("assignments", "0008_moves"),
        ("groups", "0002_walls"),
    ]
    operations = [
        protect("registrations_registrationrequest"),
        # What was asked and is not any more leaves before it was sent.
        protect(
            "registrations_requestblock",
            group="SELECT, INSERT, UPDATE, DELETE",
            site="SELECT, INSERT, UPDATE, DELETE",
        ),
        protect("registrations_requestevent", group="SELECT, INSERT", site="SELECT, INSERT"),
        protect(
            "registrations_rnippecho",
            group="SELECT, INSERT, UPDATE, DELETE",
            site="SELECT, INSERT, UPDATE, DELETE",
        ),
        protect("registrations_rnippdeath", group="SELECT, INSERT, UPDATE, DELETE", site=None),
        protect("registrations_registrationsettings", site="SELECT", site_wall=None),
        group_foreign_key("registrations_registrationsettings"),
        composite_foreign_key("registrations_registrationrequest", "person_id", "people_person"),
        composite_foreign_key("registrations_registrationrequest", "establishment_id", "groups_establishment"),
        composite_foreign_key("registrations_requestblock", "request_id", "registrations_registrationrequest"),
        composite_foreign_key("registrations_requestevent", "request_id", "registrations_registrationrequest"),
        composite_foreign_key("registrations_rnippecho", "request_id", "registrations_registrationrequest"),
        composite_foreign_key("registrations_rnippdeath", "request_id", "registrations_registrationrequest"),
        migrations.RunSQL(SAME_SITE, migrations.RunSQL.noop),
        open_to("registrations_registrationrequest", "portal_clock", "group_id, state, sent_at, queued_at"),
    ]
