from django.db import migrations, models

# What was written in clear is not carried over: these people confirm their civil status again.
ASK_AGAIN = "UPDATE self_registrations_selfregistration SET traits_at = NULL WHERE remarks <> '{}'"


class Migration(migrations.Migration):
    """What a person wrote otherwise is sealed."""

    dependencies = [("self_registrations", "0002_walls")]
    operations = [
        migrations.AddField(
            "selfregistration", "sealed_remarks", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.RunSQL(ASK_AGAIN, migrations.RunSQL.noop),
        migrations.RemoveField("selfregistration", "remarks"),
        migrations.AlterField(
            "selfregistration",
            "confirm_by",
            models.DateField(null=True, verbose_name="à confirmer d'ici au"),
        ),
    ]
