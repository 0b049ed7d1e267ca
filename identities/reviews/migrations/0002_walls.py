from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# An answer and its line belong to the establishment of their review: the key says so, whatever a site's door writes.
SAME_SITE = """
ALTER TABLE reviews_sitereview ADD CONSTRAINT reviews_sitereview_of_site UNIQUE (group_id, establishment_id, id);
ALTER TABLE reviews_reviewline ADD CONSTRAINT reviews_reviewline_of_site UNIQUE (group_id, establishment_id, id);
ALTER TABLE reviews_reviewline ADD CONSTRAINT reviews_reviewline_same_site
  FOREIGN KEY (group_id, establishment_id, review_id) REFERENCES reviews_sitereview (group_id, establishment_id, id);
ALTER TABLE reviews_reviewanswer ADD CONSTRAINT reviews_reviewanswer_same_site
  FOREIGN KEY (group_id, establishment_id, line_id) REFERENCES reviews_reviewline (group_id, establishment_id, id);
ALTER TABLE reviews_reviewline ADD CONSTRAINT reviews_reviewline_assignment_same_site
  FOREIGN KEY (group_id, establishment_id, assignment_id)
  REFERENCES assignments_assignment (group_id, establishment_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("assignments", "0008_moves"), ("groups", "0002_walls")]
    operations = [
        protect("reviews_schedule", site=None),
        protect("reviews_campaign", site="SELECT", site_wall=None),
        protect("reviews_sitereview", site="SELECT, UPDATE"),
        # The proof: what was there at the start, and what was answered, can only be added to.
        protect("reviews_reviewline", group="SELECT, INSERT", site="SELECT"),
        protect("reviews_reviewanswer", group="SELECT, INSERT", site="SELECT, INSERT"),
        group_foreign_key("reviews_schedule"),
        group_foreign_key("reviews_campaign"),
        composite_foreign_key("reviews_sitereview", "campaign_id", "reviews_campaign"),
        composite_foreign_key("reviews_sitereview", "establishment_id", "groups_establishment"),
        composite_foreign_key("reviews_reviewline", "review_id", "reviews_sitereview"),
        composite_foreign_key("reviews_reviewline", "assignment_id", "assignments_assignment"),
        composite_foreign_key("reviews_reviewanswer", "line_id", "reviews_reviewline"),
        migrations.RunSQL(SAME_SITE, migrations.RunSQL.noop),
        open_to("reviews_schedule", "portal_clock", "group_id, month"),
        open_to("reviews_campaign", "portal_clock", "group_id, state, started_at"),
    ]
