"""What is over is forgotten: sessions and the rows that list them."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from portal.foundation.clock import now
from portal.foundation.tenancy.tasks import ClockTask


@shared_task(base=ClockTask)
def forget_old_sessions() -> None:
    """Each night: sessions past their four hours, the devices and addresses kept beside them, trips left unfinished."""
    call_command("clearsessions")
    UserSession.objects.filter(created_at__lt=now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
