"""When a group's sending resumes, what it held back moves at once, and what was put off at that moment soon after."""

from datetime import timedelta

import pytest

from identities.psi.operations import AGAIN, LETTER, resume_sending, stop_sending
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.dispatch.operations import Letter, post
from portal.dispatch.states import MessageState
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.factories.registrations import ConnectionFactory

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=30)


@pytest.fixture
def put_off(group, administrator):
    """Sending resumes while two messages are put off, and a third one is being asked about by a worker."""
    with tenant(group.id):
        ConnectionFactory()
        stop_sending(actor=administrator, reason="Consigne")
        pending, unknown, asked = (post(Letter(LETTER, {"rank": rank})).pk for rank in range(3))
        Message.objects.update(due_at=now() + LATER)
        Message.objects.exclude(pk=pending).update(state=MessageState.UNKNOWN)
        Message.objects.filter(pk=asked).update(sent_at=now())
        resume_sending(actor=administrator)
    return pending, unknown, asked


def _late(group):
    with tenant(group.id):
        return set(Message.objects.filter(kind=LETTER, due_at__gt=now()).values_list("pk", flat=True))


def test_what_waited_and_what_is_unknown_leave_now(group, put_off):
    assert _late(group) == {put_off[2]}


def test_what_a_worker_put_off_at_that_moment_leaves_a_minute_later(group, put_off):
    with tenant(group.id):
        Message.objects.filter(pk=put_off[0]).update(due_at=now() + LATER)
        again = Message.objects.get(kind=AGAIN)
        assert timedelta(seconds=50) < again.due_at - now() <= timedelta(minutes=1)
        Message.objects.filter(pk=again.pk).update(due_at=now())
    deliver(group.id, again.pk)
    assert _late(group) == {put_off[2]}
