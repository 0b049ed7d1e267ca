"""Celery: `celery -A portal worker` and `celery -A portal beat`. Rooms name their own tasks; the timetable is here."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, task_prerun, worker_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("trousseau")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery closes the database's connection around each task; a new one costs 10 ms, four times the delivery of a message
# (measured: 100 messages a second, 320 when it is kept). Django's own rule (age, errors) closes it instead.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000


@task_prerun.connect
def _close_broken_connections(sender: Any = None, **kwargs: Any) -> None:
    if not sender.request.is_eager:
        close_old_connections()


app.conf.beat_schedule = {
    "la minute des missions": {"task": "identities.assignments.tasks.tick", "schedule": 15.0},
    "relance de la boîte d'envoi": {"task": "portal.dispatch.tasks.sweep", "schedule": 5.0},
    "scellement du journal": {"task": "portal.journal.tasks.seal_journals", "schedule": 20.0},
    "battement du worker": {"task": "portal.dispatch.tasks.beat_heart", "schedule": 10.0},
    "têtes du journal": {"task": "portal.dispatch.tasks.send_heads", "schedule": crontab(hour=3, minute=30)},
    "heure des récapitulatifs": {"task": "tenants.notices.tasks.plan_digests", "schedule": 10.0},
    "oubli des vieux courriels": {
        "task": "tenants.notices.tasks.forget_old_mail",
        "schedule": crontab(hour=4, minute=0),
    },
    "oubli des sessions": {
        "task": "tenants.sign_in.tasks.forget_old_sessions",
        "schedule": crontab(hour=4, minute=15),
    },
    "oubli des imports RH": {
        "task": "identities.hr_imports.tasks.forget",
        "schedule": crontab(hour=4, minute=30),
    },
    "reprise des imports RH": {"task": "identities.hr_imports.tasks.resume", "schedule": 30.0},
    "revues des présents": {
        "task": "identities.reviews.tasks.nightly",
        "schedule": crontab(hour=2, minute=15),
    },
    "rapprochement de l'Annuaire Santé": {
        "task": "identities.national_directory.tasks.match_every_group",
        "schedule": crontab(hour=2, minute=30),
    },
    "vérification des liens à refaire": {
        "task": "identities.national_directory.tasks.check_due_links",
        "schedule": crontab(hour=3, minute=0),
    },
    "reprise des vérifications de liens": {
        "task": "identities.national_directory.tasks.resume_campaigns",
        "schedule": 30.0,
    },
    "numéros RPPS reportés à la main": {
        "task": "identities.rpps_plus.tasks.look_at_every_group",
        "schedule": crontab(hour=4, minute=50),
    },
    "enregistrements à l'issue inconnue": {
        "task": "identities.registrations.tasks.look_at_every_group",
        "schedule": crontab(hour=4, minute=35),
    },
    "situations RPPS après un départ": {
        "task": "identities.situations.tasks.look_at_every_group",
        "schedule": crontab(hour=4, minute=45),
    },
    "doublons de la nuit": {
        "task": "identities.duplicates.tasks.search_all",
        "schedule": crontab(hour=2, minute=30),
    },
    "doublons des nouveaux": {"task": "identities.duplicates.tasks.search_new", "schedule": 600.0},
    "confirmations d'auto-enregistrements": {
        "task": "identities.self_registrations.tasks.watch",
        "schedule": 60.0,
    },
    "échéances d'auto-enregistrements": {
        "task": "identities.self_registrations.tasks.nightly",
        "schedule": crontab(hour=2, minute=5),
    },
    "oubli des brouillons": {
        "task": "identities.assignments.tasks.forget_old_drafts",
        "schedule": crontab(hour=3, minute=45),
    },
}


@worker_init.connect
@beat_init.connect
def refuse_unsafe_production(**_: object) -> None:
    """A worker or a clock of an unsafe production ends before its first task (portal/foundation/checks.py)."""
    from django import setup

    setup()
    from portal.foundation.checks import refuse_unsafe_production as refuse

    refuse()
