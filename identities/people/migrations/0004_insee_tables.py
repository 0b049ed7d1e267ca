import csv
from pathlib import Path

from django.db import migrations

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
# Columns as they stand at this migration, in the order of the shipped files; later tables come by `load_insee`.
TABLES = {
    "insee_communes.csv": "people_commune (code, name, kind, department, current_code, postal_codes)",
    "insee_pays.csv": "people_country (code, name, attached_to, name_since, ended_on)",
}
DATES = 2  # the last columns of the countries, empty when unknown


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for file_name, table in TABLES.items():
            with (REFERENCE / file_name).open(encoding="utf-8", newline="") as source:
                rows = list(csv.reader(source))[1:]
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    dated = row[:-DATES] + [one or None for one in row[-DATES:]] if "country" in table else row
                    copy.write_row(dated)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_names_of_communes")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
