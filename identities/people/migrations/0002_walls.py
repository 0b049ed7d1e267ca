from django.db import migrations

from portal.foundation.tenancy.policies import SITE_WALL, national, protect, seen_with_the_person
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key


class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('groups', '0002_walls')]
    operations = [
        protect("people_visibility", group="SELECT", site="SELECT", site_wall=f"{SITE_WALL} AND (visible_until IS NULL OR visible_until > now())"),
        protect("people_person", site="SELECT, UPDATE", site_wall=seen_with_the_person("people_person.id")),
        protect("people_personidentifier", site_wall=seen_with_the_person("people_personidentifier.person_id")),
        protect("people_identitycheck", group="SELECT, INSERT", site="SELECT, INSERT", site_wall=seen_with_the_person("people_identitycheck.person_id")),
        protect("people_homonymdecision", group="SELECT, INSERT, DELETE", site=None),
        *(group_foreign_key(table) for table in ("people_person", "people_visibility")),
        *(composite_foreign_key(table, "person_id", "people_person") for table in ("people_visibility", "people_personidentifier", "people_identitycheck", "people_homonymdecision")),
        composite_foreign_key("people_visibility", "establishment_id", "groups_establishment"),
        composite_foreign_key("people_homonymdecision", "other_id", "people_person"),
        national("people_commune", "people_country"),
    ]
