from django.db import migrations

from portal.foundation.tenancy.policies import outside


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_departure_is_a_trace")]
    operations = [outside("notices_mailaddress", rights="DELETE")]
