from django.db import migrations

from portal.foundation.tenancy.policies import protect, seen_with_the_person
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

LINK = "national_directory_directorylink"


class Migration(migrations.Migration):
    dependencies = [("national_directory", "0003_directory_links"), ("people", "0002_walls"), ("groups", "0002_walls")]
    operations = [
        protect(LINK, site_wall=seen_with_the_person(f"{LINK}.person_id")),
        group_foreign_key(LINK),
        composite_foreign_key(LINK, "person_id", "people_person"),
    ]
