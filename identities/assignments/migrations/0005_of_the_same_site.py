from django.db import migrations

# A unit and a change belong to the establishment of their assignment: the key says so, whatever a site's door writes.
KEYS = """
ALTER TABLE groups_unit ADD CONSTRAINT groups_unit_of_site UNIQUE (group_id, establishment_id, id);
ALTER TABLE assignments_assignment ADD CONSTRAINT assignments_assignment_of_site UNIQUE (group_id, establishment_id, id);
ALTER TABLE assignments_assignment ADD CONSTRAINT assignments_assignment_unit_same_site
  FOREIGN KEY (group_id, establishment_id, unit_id) REFERENCES groups_unit (group_id, establishment_id, id);
ALTER TABLE assignments_assignmentchange ADD CONSTRAINT assignments_assignmentchange_same_site
  FOREIGN KEY (group_id, establishment_id, assignment_id) REFERENCES assignments_assignment (group_id, establishment_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0004_drafts_seen_by_the_clock"), ("groups", "0005_operator_sees_legal_entities")]
    operations = [migrations.RunSQL(KEYS, migrations.RunSQL.noop)]
