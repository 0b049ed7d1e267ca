from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_order")]
    operations = [migrations.RemoveIndex("message", "dispatch_me_group_i_549e72_idx")]
