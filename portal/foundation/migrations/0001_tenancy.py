from django.db import migrations

SQL = r"""
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app, public TO portal_app, portal_national, portal_group, portal_site, portal_operator, portal_clock;
CREATE FUNCTION app.gid() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.group_id', true), '')::uuid;
CREATE FUNCTION app.eids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.establishment_ids', true), '')::uuid[];
-- Sort and search key: no accent, no case, ligatures opened, punctuation to one space ('É' > 'z' in a C collation).
CREATE FUNCTION app.search_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, coalesce(value, ''))), '[^a-z0-9]+', ' ', 'g'));
CREATE FUNCTION app.name_key(birth_name text, usage_name text, first_names text[]) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN app.search_key(concat_ws(' ', birth_name, nullif(usage_name, ''), array_to_string(first_names, ' ')));
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO PUBLIC;
"""


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL(SQL, "DROP SCHEMA app CASCADE")]
