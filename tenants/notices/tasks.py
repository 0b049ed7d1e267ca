"""The clock of digests, and what is forgotten every night."""

from datetime import timedelta

from celery import shared_task

from portal.foundation.clock import now, today
from portal.foundation.tenancy.tasks import ClockTask
from tenants.notices.models import Bounce, Departure, Digest, MailAddress
from tenants.notices.planning import plan_due_digests

EXPIRES = 60  # seconds: the next beat plans again
KEPT_DEPARTURES = timedelta(days=30)  # a mail comes back within five days
KEPT_DIGESTS = timedelta(days=35)
KEPT_BOUNCES = timedelta(days=366)  # as technical logs


@shared_task(base=ClockTask, name="tenants.notices.tasks.plan_digests", expires=EXPIRES)
def plan_digests() -> int:
    """Plans the digests whose hour has come; says how many."""
    return plan_due_digests()


@shared_task(base=ClockTask, name="tenants.notices.tasks.forget_old_mail")
def forget_old_mail() -> int:
    """Every night: departures of over 30 days, digests of over 35, bounces of over a year, and then the addresses that
    work and have none left; says how many rows."""
    moment = now()
    old = (
        Departure.objects.filter(left_at__lt=moment - KEPT_DEPARTURES),
        Digest.objects.filter(day__lt=today() - KEPT_DIGESTS),
        Bounce.objects.filter(received_at__lt=moment - KEPT_BOUNCES),
    )
    forgotten = sum(rows.delete()[0] for rows in old)
    healthy = MailAddress.objects.filter(failing_since__isnull=True, bounces__isnull=True)
    return forgotten + healthy.delete()[0]
