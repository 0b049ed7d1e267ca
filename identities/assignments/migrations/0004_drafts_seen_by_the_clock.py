from django.db import migrations

from portal.foundation.tenancy.policies import open_to


class Migration(migrations.Migration):
    dependencies = [("assignments", "0003_job_shortcut")]
    operations = [open_to("assignments_arrivaldraft", "portal_clock", "group_id, updated_at")]
