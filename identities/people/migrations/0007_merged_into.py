import django.db.models.deletion
from django.db import migrations, models

from portal.foundation.tenancy.rows import composite_foreign_key


class Migration(migrations.Migration):
    dependencies = [("people", "0006_one_person_looked_up")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="people.person",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), models.Q(("merged_into", models.F("id")), _negated=True), _connector="OR"),
                name="people_person_not_into_itself",
            ),
        ),
        composite_foreign_key("people_person", "merged_into_id", "people_person"),
    ]
