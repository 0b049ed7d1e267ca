import django.db.models.deletion
import portal.foundation.keys
import portal.foundation.tenancy.context
from django.db import migrations, models

from portal.foundation.tenancy.policies import open_to, protect
from portal.foundation.tenancy.rows import composite_foreign_key, group_foreign_key

CAMPAIGN, LOOKUP = "national_directory_campaign", "national_directory_lookup"
LINK = "national_directory_directorylink"


class Migration(migrations.Migration):

    dependencies = [('national_directory', '0004_link_walls')]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=portal.foundation.keys.uuid7, editable=False, primary_key=True, serialize=False)),
                ('group_id', models.UUIDField(default=portal.foundation.tenancy.context.current_group_id, editable=False)),
                ('state', models.CharField(choices=[('files', 'comparaison avec les fichiers'), ('api', "interrogation de l'Annuaire Santé"), ('done', 'terminée'), ('stopped', 'arrêtée')], default='files', max_length=8, verbose_name='état')),
                ('scope', models.CharField(choices=[('due', 'les liens dont la vérification est à refaire'), ('all', 'tous les liens')], max_length=3, verbose_name='étendue')),
                ('rule_version', models.CharField(max_length=20, verbose_name='règle')),
                ('with_api', models.BooleanField(default=False)),
                ('file_date', models.DateField(null=True)),
                ('started_by', models.UUIDField(null=True)),
                ('started_by_name', models.CharField(max_length=200)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('due', models.PositiveIntegerField(default=0)),
                ('by_files', models.PositiveIntegerField(default=0)),
                ('by_api', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('pauses', models.PositiveSmallIntegerField(default=0)),
                ('paused_until', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['group_id', '-started_at'], name='directory_campaign_last')],
                'constraints': [
                    models.UniqueConstraint(fields=('group_id', 'id'), name='directory_campaign_of_group'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ('files', 'api'))), fields=('group_id',), name='directory_campaign_one_open'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Lookup',
            fields=[
                ('id', models.UUIDField(default=portal.foundation.keys.uuid7, editable=False, primary_key=True, serialize=False)),
                ('group_id', models.UUIDField(default=portal.foundation.tenancy.context.current_group_id, editable=False)),
                ('rpps', models.CharField(max_length=11)),
                ('state', models.CharField(choices=[('waiting', 'à demander'), ('asked', 'demandé'), ('answered', 'répondu'), ('failed', 'sans réponse utilisable')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('asked_until', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=300)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lookups', to='national_directory.campaign')),
                ('link', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='national_directory.directorylink')),
            ],
            options={
                'indexes': [models.Index(fields=['group_id', 'campaign', 'state', 'id'], name='directory_lookup_next')],
                'constraints': [models.UniqueConstraint(fields=('group_id', 'campaign', 'link'), name='directory_lookup_once')],
            },
        ),
        # Counts of the whole group: people limited to some sites may read them; whom they are about stays shut to them.
        protect(CAMPAIGN, site="SELECT", site_wall=None),
        protect(LOOKUP, group="SELECT, INSERT, UPDATE, DELETE", site=None),
        group_foreign_key(CAMPAIGN),
        group_foreign_key(LOOKUP),
        composite_foreign_key(LOOKUP, "campaign_id", CAMPAIGN),
        composite_foreign_key(LOOKUP, "link_id", LINK),
        open_to(CAMPAIGN, "portal_clock", "id, group_id, state, paused_until"),
        open_to(LINK, "portal_clock", "group_id, state, checked_at"),
    ]
