from django.db import migrations

from portal.foundation.tenancy.policies import open_to, protect


class Migration(migrations.Migration):
    dependencies = [('dispatch', '0001_initial')]
    operations = [
        protect("dispatch_message", group="SELECT, INSERT, UPDATE, DELETE", site="INSERT", site_wall=None),
        protect("dispatch_settlement", group="SELECT, INSERT", site=None),
        open_to("dispatch_message", "portal_clock", "group_id, state, due_at, sent_at, in_flight_until, created_at"),
    ]
