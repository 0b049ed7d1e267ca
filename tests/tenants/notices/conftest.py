"""What these tests share: a Monday morning, mails sent, lines of the journal."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core import mail as sent

from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.clock import PARIS
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.notices.planning import plan_due_digests

MONDAY = datetime(2026, 11, 23, 7, 5, tzinfo=PARIS)


@pytest.fixture
def monday(time_machine) -> datetime:
    """Monday the 23rd of November 2026, 07:05 in Paris: the hour of the defaults."""
    time_machine.move_to(MONDAY, tick=False)
    return MONDAY


def deliver_all() -> None:
    """What the platform's outbox holds goes as far as it can."""
    with tenant(PLATFORM):
        waiting = list(Message.objects.order_by("number").values_list("pk", flat=True))
    for message_id in waiting:
        deliver(PLATFORM, message_id)


@pytest.fixture
def digests(settings) -> Callable[[], list]:
    """Plans, sends, and gives every mail that left."""

    def run() -> list:
        plan_due_digests()
        deliver_all()
        return sent.outbox

    return run


@pytest.fixture
def said() -> Callable[..., list[str]]:
    """The sentences of a group's journal about one kind of act."""

    def read(act: str, group_id=PLATFORM) -> list[str]:
        with tenant(group_id):
            return list(Line.objects.filter(act=act).order_by("pk").values_list("sentence", flat=True))

    return read
