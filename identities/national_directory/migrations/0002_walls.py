from django.db import migrations

from portal.foundation.tenancy.policies import national

TABLES = (
    "nationalperson", "nationalactivity", "nationalstructure", "knowhow", "degree", "card", "mailbox", "label",
    "directoryload", "directorychange",
)
# Django's extra index for prefixes: with the C collation of the database the primary key serves them already.
LIKE_INDEXES = (
    "national_directory_nationalperson_number_891031c3_like",
    "national_directory_nationalstructure_structure_id_75d4a6b5_like",
)


class Migration(migrations.Migration):
    dependencies = [("national_directory", "0001_initial")]
    operations = [
        *(migrations.RunSQL(f'DROP INDEX "{name}"', migrations.RunSQL.noop) for name in LIKE_INDEXES),
        national(*(f"national_directory_{name}" for name in TABLES)),
    ]
