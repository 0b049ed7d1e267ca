"""The national establishment categories, from our own table of facts (FINESS flux cs1500106 of 26 May 2025)."""

import csv
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "reference" / "finess_categories.csv"


def load(apps, schema_editor):
    category = apps.get_model("groups", "FinessCategory")
    with FACTS.open(encoding="utf-8", newline="") as stream:
        rows = [
            category(
                **{
                    **row,
                    "is_esms": row["is_esms"] == "1",
                    "valid_from": row["valid_from"] or None,
                    "valid_to": row["valid_to"] or None,
                }
            )
            for row in csv.DictReader(stream)
        ]
    category.objects.using(schema_editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_finess_closed")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
