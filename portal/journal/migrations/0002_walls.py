from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect


class Migration(migrations.Migration):
    dependencies = [('journal', '0001_initial')]
    operations = [
        protect("journal_line", group="SELECT, INSERT, UPDATE (seal_number)", site="SELECT, INSERT", site_check="true"),
        migrations.RunSQL("CREATE POLICY sealed_once ON journal_line AS RESTRICTIVE FOR UPDATE TO portal_group USING (seal_number IS NULL)", migrations.RunSQL.noop),
        migrations.RunSQL("GRANT USAGE ON SEQUENCE journal_line_number TO portal_group, portal_site", migrations.RunSQL.noop),
        protect("journal_seal", group="SELECT, INSERT", site=None),
        open_to("journal_line", "portal_clock", "group_id, seal_number"),
    ]
