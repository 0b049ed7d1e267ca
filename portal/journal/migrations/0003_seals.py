from django.db import migrations, models

from portal.foundation.tenancy.policies import open_to

# The canonical text of a line is the JSON array of its columns in this order, timestamps in microseconds since 1970,
# `before` and `after` as the text of their jsonb, so that NULL is not the JSON null. `seal_number` is not in it: the seal
# that holds the line is what the digest proves. A later column changes nothing here: a new version of the function does,
# under another name.
FUNCTIONS = """
CREATE FUNCTION app.microseconds(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM moment) * 1000000)::bigint;
CREATE FUNCTION app.journal_line_digest(line public.journal_line) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
  RETURN sha256(convert_to(jsonb_build_array(
    'v1', line.group_id, line.id, line.number, app.microseconds(line.at), line.actor_id, line.actor_name, line.act,
    line.establishment_id, line.object_kind, line.object_id, line.sentence, line.before::text, line.after::text,
    line.request_id)::text, 'UTF8'));
CREATE FUNCTION app.journal_genesis(of_group uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN encode(sha256(convert_to(of_group::text, 'UTF8')), 'hex');
CREATE FUNCTION app.journal_seal_hash(previous text, of_group uuid, number bigint, lines bigint, digest text, sealed_at timestamptz)
  RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN encode(sha256(convert_to(
    previous || '|' || of_group || '|' || number || '|' || lines || '|' || digest || '|' || app.microseconds(sealed_at),
    'UTF8')), 'hex');
"""
# A restrictive USING is its own WITH CHECK when none is given: it would refuse the very update that seals.
SEALED_ONCE = """
DROP POLICY sealed_once ON journal_line;
CREATE POLICY sealed_once ON journal_line AS RESTRICTIVE FOR UPDATE TO portal_group
  USING (seal_number IS NULL) WITH CHECK (seal_number IS NOT NULL);
"""
DROP = """
DROP FUNCTION app.journal_seal_hash; DROP FUNCTION app.journal_genesis; DROP FUNCTION app.journal_line_digest;
DROP FUNCTION app.microseconds;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_walls")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.RunSQL(SEALED_ONCE, migrations.RunSQL.noop),
        open_to("journal_seal", "portal_clock", "group_id"),
        migrations.RemoveIndex("line", "journal_lin_group_i_767bed_idx"),
        migrations.RemoveIndex("line", "journal_line_unsealed"),
        migrations.AddIndex("line", models.Index(fields=["group_id", "-at", "-number"], name="journal_line_newest")),
        migrations.AddIndex(
            "line", models.Index(fields=["group_id", "act", "-at", "-number"], name="journal_line_by_act")
        ),
        migrations.AddIndex(
            "line",
            models.Index(
                fields=["group_id", "number"],
                name="journal_line_unsealed",
                condition=models.Q(seal_number__isnull=True),
            ),
        ),
    ]
