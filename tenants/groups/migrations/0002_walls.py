from django.db import migrations

from portal.foundation.tenancy.policies import national, open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key


class Migration(migrations.Migration):
    dependencies = [('groups', '0001_initial')]
    operations = [
        protect("groups_group", group="SELECT, INSERT, UPDATE", site="SELECT", site_wall=None, group_wall="id = (SELECT app.gid())"),
        open_to("groups_group", "portal_app", "id, name, slug, closed_at"),
        open_to("groups_group", "portal_operator", "id, name, slug, created_at, closed_at"),
        open_to("groups_group", "portal_clock", "id, closed_at"),
        protect("groups_legalentity", site="SELECT", site_wall=None),
        protect("groups_establishment", site="SELECT", site_wall="id = ANY ((SELECT app.eids())::uuid[])"),
        protect("groups_unit", group="SELECT, INSERT, UPDATE, DELETE", site="SELECT"),
        *(group_foreign_key(table) for table in ("groups_legalentity", "groups_establishment", "groups_unit")),
        composite_foreign_key("groups_establishment", "legal_entity_id", "groups_legalentity"),
        composite_foreign_key("groups_unit", "establishment_id", "groups_establishment"),
        national("groups_finesscategory", "groups_finesslegalentity", "groups_finessestablishment", "groups_finessload"),
    ]
