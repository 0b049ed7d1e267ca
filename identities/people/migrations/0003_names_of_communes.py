import django.contrib.postgres.indexes
from django.db import migrations, models

import portal.foundation.database
from portal.foundation.tenancy.policies import national


class Migration(migrations.Migration):
    """A code may carry two names (01033: Valserhône, and Bellegarde-sur-Valserine before): the empty table is made again."""

    dependencies = [("people", "0002_walls")]

    operations = [
        migrations.DeleteModel(name="Commune"),
        migrations.CreateModel(
            name="Commune",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=5)),
                ("name", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=30)),
                ("department", models.CharField(max_length=3)),
                ("current_code", models.CharField(blank=True, max_length=5)),
                ("postal_codes", models.CharField(blank=True, max_length=200)),
                (
                    "search_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=portal.foundation.database.SearchKey(models.F("name")),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_key"], name="people_commune_words", opclasses=["gin_trgm_ops"]
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("code", "kind"), name="people_commune_code_kind")],
            },
        ),
        national("people_commune"),
        migrations.AddField("person", "identity_changed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "person",
            models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["group_id", "phone"], name="people_person_phone"
            ),
        ),
        migrations.AddIndex(
            "person",
            models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["group_id", "email"], name="people_person_email"
            ),
        ),
    ]
