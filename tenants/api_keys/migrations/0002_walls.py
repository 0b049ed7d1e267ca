from django.db import migrations

from portal.foundation.tenancy.policies import protect
from portal.foundation.tenancy.rows import group_foreign_key


class Migration(migrations.Migration):
    dependencies = [("api_keys", "0001_initial"), ("groups", "0002_walls")]
    operations = [
        protect("api_keys_apikey", group="SELECT, INSERT, UPDATE", site=None),
        group_foreign_key("api_keys_apikey"),
    ]
