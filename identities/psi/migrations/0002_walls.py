from django.db import migrations

from portal.foundation.tenancy.policies import protect
from portal.foundation.tenancy.rows import group_foreign_key


class Migration(migrations.Migration):
    dependencies = [("psi", "0001_initial"), ("groups", "0002_walls")]
    operations = [protect("psi_connection", site=None), group_foreign_key("psi_connection")]
