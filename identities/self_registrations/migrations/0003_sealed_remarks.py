import json

from django.db import migrations, models

from portal.foundation.secrets import encrypt


def seal(apps, schema_editor):
    rows = apps.get_model("self_registrations", "SelfRegistration").objects.using(schema_editor.connection.alias)
    for one in rows.exclude(remarks={}).only("remarks"):
        rows.filter(pk=one.pk).update(sealed_remarks=encrypt(json.dumps(one.remarks)))


class Migration(migrations.Migration):
    """What a person wrote otherwise is sealed."""

    dependencies = [("self_registrations", "0002_walls")]
    operations = [
        migrations.AddField(
            "selfregistration", "sealed_remarks", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField("selfregistration", "remarks"),
    ]
