from django.db import migrations

from portal.foundation.tenancy.policies import protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

# Which doors the sign-in page shows is asked before any tenant is known: three functions answer for an exact address or an
# exact domain, with what the button says and nothing else.
DOORS_BEFORE_THE_TENANT = """
CREATE FUNCTION app.identity_provider_of(group_slug text) RETURNS TABLE (slug text, label text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT g.slug::text, p.label::text FROM groups_group g JOIN identity_providers_identityprovider p ON p.group_id = g.id
     WHERE g.slug = group_slug AND g.closed_at IS NULL AND p.state = 'open' $$;
CREATE FUNCTION app.identity_providers_for(domain text) RETURNS TABLE (slug text, label text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT g.slug::text, p.label::text FROM groups_group g JOIN identity_providers_identityprovider p ON p.group_id = g.id
     WHERE p.domains @> ARRAY[domain]::varchar[] AND g.closed_at IS NULL AND p.state = 'open' ORDER BY g.slug LIMIT 5 $$;
CREATE FUNCTION app.domains_of_other_groups(wanted text[]) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT DISTINCT d FROM unnest(wanted) d JOIN identity_providers_identityprovider p
     ON p.domains @> ARRAY[d]::varchar[] AND p.state = 'open' AND p.group_id IS DISTINCT FROM app.gid() $$;
"""
TABLES = tuple(f"identity_providers_{name}" for name in ("identityprovider", "rolemapping", "factorrefusal"))


class Migration(migrations.Migration):
    dependencies = [
        ("identity_providers", "0001_initial"),
        ("groups", "0002_walls"),
        ("memberships", "0005_granted_by_provider"),
    ]
    operations = [
        protect(TABLES[0], site=None),
        protect(TABLES[1], group="SELECT, INSERT, DELETE", site=None),
        protect(TABLES[2], group="SELECT, INSERT, UPDATE, DELETE", site=None),
        *(group_foreign_key(table) for table in TABLES),
        *(composite_foreign_key(table, "provider_id", TABLES[0]) for table in TABLES[1:]),
        migrations.RunSQL(DOORS_BEFORE_THE_TENANT, migrations.RunSQL.noop),
    ]
