import django.db.models.deletion
from django.db import migrations, models

from portal.foundation.tenancy.rows import composite_foreign_key


def other_half():
    return models.ForeignKey(
        db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
        related_name="+", to="assignments.assignment",
    )


class Migration(migrations.Migration):
    dependencies = [("assignments", "0007_stays_of_a_person_at_a_site")]
    operations = [
        migrations.AddField(model_name="assignment", name="moved_from", field=other_half()),
        migrations.AddField(model_name="assignment", name="moved_to", field=other_half()),
        *(composite_foreign_key("assignments_assignment", one, "assignments_assignment") for one in ("moved_from_id", "moved_to_id")),
    ]
