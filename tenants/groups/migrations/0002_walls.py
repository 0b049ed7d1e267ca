from django.db import migrations

from portal.foundation.tenancy.policies import national, open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# Which group an address names, and what a user's own groups are called, are asked before any door is open: two functions
# answer for exact keys, so that nobody can list the customers.
NAMES_BEFORE_THE_DOOR = """
CREATE FUNCTION app.group_at(group_slug text, site_id uuid) RETURNS TABLE (id uuid, name text, site_name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT g.id, g.name::text, e.name::text FROM groups_group g
     LEFT JOIN groups_establishment e ON e.group_id = g.id AND e.id = site_id
     WHERE g.slug = group_slug AND g.closed_at IS NULL $$;
CREATE FUNCTION app.groups_named(ids uuid[]) RETURNS TABLE (id uuid, slug text, name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT g.id, g.slug::text, g.name::text FROM groups_group g WHERE g.id = ANY (ids) AND g.closed_at IS NULL ORDER BY g.name $$;
"""


class Migration(migrations.Migration):
    dependencies = [('groups', '0001_initial')]
    operations = [
        protect("groups_group", group="SELECT, INSERT, UPDATE", site="SELECT", site_wall=None, group_wall="id = (SELECT app.gid())"),
        migrations.RunSQL(NAMES_BEFORE_THE_DOOR, migrations.RunSQL.noop),
        open_to("groups_group", "portal_operator", "id, name, slug, created_at, closed_at"),
        open_to("groups_group", "portal_clock", "id, closed_at"),
        protect("groups_legalentity", site="SELECT", site_wall=None),
        protect("groups_establishment", site="SELECT", site_wall="id = ANY ((SELECT app.eids())::uuid[])"),
        protect("groups_unit", group="SELECT, INSERT, UPDATE, DELETE", site="SELECT, INSERT, UPDATE, DELETE"),
        *(group_foreign_key(table) for table in ("groups_legalentity", "groups_establishment", "groups_unit")),
        composite_foreign_key("groups_establishment", "legal_entity_id", "groups_legalentity"),
        composite_foreign_key("groups_unit", "establishment_id", "groups_establishment"),
        national("groups_finesscategory", "groups_finesslegalentity", "groups_finessestablishment", "groups_finessload"),
    ]
