"""The operator, who creates groups from EJ numbers, is told when one is already a customer: number and group, no more."""

from django.db import migrations

from portal.foundation.tenancy.policies import open_to


class Migration(migrations.Migration):
    dependencies = [("groups", "0004_finess_categories")]
    operations = [open_to("groups_legalentity", "portal_operator", "id, group_id, finess")]
