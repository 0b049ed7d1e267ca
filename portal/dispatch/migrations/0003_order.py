from django.db import migrations, models

SEQUENCE = """
CREATE SEQUENCE dispatch_message_number;
GRANT USAGE ON SEQUENCE dispatch_message_number TO portal_group, portal_site;
"""
# The health check tells a message that waits for an earlier one of its key from one that is late.
OPEN = "GRANT SELECT (ordering_key, number) ON dispatch_message TO portal_clock"


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_walls")]
    operations = [
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE dispatch_message_number"),
        migrations.AddField(
            "message",
            "number",
            models.BigIntegerField(
                db_default=models.Func(models.Value("dispatch_message_number"), function="nextval")
            ),
        ),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RemoveIndex("message", "dispatch_me_group_i_216fa2_idx"),
        migrations.AddIndex(
            "message",
            models.Index(fields=["group_id", "ordering_key", "number"], name="dispatch_me_group_i_34df3d_idx"),
        ),
    ]
