from django.db import migrations

from portal.foundation.tenancy.policies import national, open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key


# Kept by the database so that no operation, import or merge can forget it: one row per (site, person) with at least one
# assignment that was not cancelled, until the last end + 12 months. Statement triggers: set-based for bulk work.
VISIBILITY = """
CREATE FUNCTION app.keep_visibility() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  WITH touched AS (SELECT DISTINCT group_id, establishment_id, person_id FROM changed),
  now_seen AS (
    SELECT a.group_id, a.establishment_id, a.person_id,
      CASE WHEN bool_or(a.ends_at IS NULL) THEN NULL ELSE max(a.ends_at) + interval '12 months' END AS visible_until
    FROM assignments_assignment a JOIN touched USING (group_id, establishment_id, person_id)
    WHERE a.state <> 'cancelled' GROUP BY 1, 2, 3
  ),
  gone AS (
    DELETE FROM people_visibility v USING touched t
    WHERE (v.group_id, v.establishment_id, v.person_id) = (t.group_id, t.establishment_id, t.person_id)
      AND NOT EXISTS (SELECT FROM now_seen n WHERE (n.group_id, n.establishment_id, n.person_id) = (t.group_id, t.establishment_id, t.person_id))
  )
  INSERT INTO people_visibility (group_id, establishment_id, person_id, visible_until)
  SELECT group_id, establishment_id, person_id, visible_until FROM now_seen
  ON CONFLICT (group_id, establishment_id, person_id) DO UPDATE SET visible_until = excluded.visible_until
  WHERE people_visibility.visible_until IS DISTINCT FROM excluded.visible_until;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_visibility_in AFTER INSERT ON assignments_assignment
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.keep_visibility();
CREATE TRIGGER keep_visibility_out AFTER DELETE ON assignments_assignment
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.keep_visibility();
CREATE TRIGGER keep_visibility_new AFTER UPDATE ON assignments_assignment
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.keep_visibility();
CREATE TRIGGER keep_visibility_old AFTER UPDATE ON assignments_assignment
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.keep_visibility();
"""


class Migration(migrations.Migration):
    dependencies = [('assignments', '0001_initial'), ('people', '0002_walls')]
    operations = [
        protect("assignments_assignment"),
        protect("assignments_assignmentchange", group="SELECT, INSERT", site="SELECT, INSERT"),
        protect("assignments_arrivaldraft", group="SELECT, INSERT, UPDATE, DELETE", site="SELECT, INSERT, UPDATE, DELETE"),
        open_to("assignments_assignment", "portal_clock", "group_id, state, starts_at, ends_at"),
        *(composite_foreign_key("assignments_assignment", column, target) for column, target in (("person_id", "people_person"), ("replaced_person_id", "people_person"), ("establishment_id", "groups_establishment"), ("unit_id", "groups_unit"))),
        composite_foreign_key("assignments_assignmentchange", "assignment_id", "assignments_assignment"),
        composite_foreign_key("assignments_assignmentchange", "establishment_id", "groups_establishment"),
        composite_foreign_key("assignments_arrivaldraft", "establishment_id", "groups_establishment"),
        national("assignments_nationalfunction"),
        migrations.RunSQL(VISIBILITY, migrations.RunSQL.noop),
    ]
