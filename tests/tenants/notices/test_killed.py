"""Real workers killed while they plan and send: no digest is lost before the wire, none leaves twice."""

import os
import subprocess
import sys
import time
from collections import Counter
from email import message_from_string, policy

import pytest
from django.core.cache import cache

from portal.dispatch.models import Message
from portal.dispatch.states import MessageState
from portal.foundation.clock import PARIS, now
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.memberships.permissions import Role
from tenants.notices.models import Digest
from tests.factories.memberships import MembershipFactory
from tests.factories.notices import PreferencesFactory
from tests.portal.dispatch.smtp import Behaviour, mail_server
from tests.portal.dispatch.test_kills import kill, wait_until
from tests.services import ROOT
from tests.tenants.notices.test_digest import stays

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.django_db(transaction=True)]
ACCOUNTS, KILLS, CHILDREN = 60, 3, 2


def at_this_hour(group) -> None:
    """Accounts whose hour is that of the machine, without silence."""
    hour = now().astimezone(PARIS).time().replace(minute=0, second=0, microsecond=0)
    for right in MembershipFactory.create_batch(ACCOUNTS, group_id=group.id, role=Role.SITE_MANAGER):
        PreferencesFactory(user=right.user, send_at=hour, quiet_from=hour, quiet_until=hour, on_weekends=True)


def start(services, tmp_path, rank: int, port: int) -> subprocess.Popen:
    command = [
        sys.executable, "-m", "celery", "-A", "tests.tenants.notices.worker", "worker", "-c", str(CHILDREN),
        "-n", f"notices{rank}", "--without-gossip", "--without-mingle", "-l", "WARNING", "-B", "-s",
        str(tmp_path / f"beat{rank}"),
    ]  # fmt: skip
    environment = {
        **os.environ, **services.environment(),
        "DJANGO_SETTINGS_MODULE": "portal.settings.test", "SMTP_OF_TEST": str(port),
    }  # fmt: skip
    with (tmp_path / f"{rank}.log").open("w") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def states() -> Counter:
    with tenant(PLATFORM):
        return Counter(Message.objects.values_list("state", flat=True))


def is_over() -> bool:
    return Digest.objects.count() == ACCOUNTS and states()[MessageState.PENDING] == 0


def test_no_digest_leaves_twice_and_none_is_lost_before_the_wire(group, services, tmp_path):
    cache.clear()
    stays(group, group.first, 2, mission=True)
    at_this_hour(group)
    server = Behaviour()
    with mail_server(server) as port:
        for rank in range(KILLS):
            before = len(server.received)
            doomed = start(services, tmp_path, rank, port)
            try:
                wait_until(lambda before=before: len(server.received) > before + 3)
                time.sleep(0.05 * rank)
            finally:
                kill(doomed)
                sys.stdout.write((tmp_path / f"{rank}.log").read_text())
        assert not is_over(), "killed too late to prove anything"
        last = start(services, tmp_path, KILLS, port)
        try:
            wait_until(is_over)
            wait_until(lambda: states()[MessageState.IN_FLIGHT] <= KILLS * CHILDREN)
        finally:
            kill(last)
            sys.stdout.write((tmp_path / f"{KILLS}.log").read_text())  # shown when the test fails
    received = Counter(message_from_string(one, policy=policy.default)["To"] for one in server.received)
    assert max(received.values()) == 1
    cut_short = sum(states().values())
    assert ACCOUNTS - cut_short <= len(received) <= ACCOUNTS
    assert cut_short <= KILLS * CHILDREN, states()
