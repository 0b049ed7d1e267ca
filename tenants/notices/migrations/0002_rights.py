from django.db import migrations

from portal.foundation.tenancy.policies import outside

KEPT = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [
        outside("notices_preferences", "notices_mailaddress", rights=KEPT),
        outside("notices_digest", rights=f"{KEPT}, DELETE"),
        outside("notices_departure", "notices_bounce", rights="SELECT, INSERT, DELETE"),
    ]
