"""`bench directory_campaign`: links checked again by the API with two worker processes, as the server sees it.

In a database and a Valkey of its own, against the stand-in. The rate is read in the stand-in's log, from when it read the
first line of each request: never more than seventeen in any second, and how much of that was used from first call to last.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from identities.national_directory.campaign_operations import start_recheck_campaign
from identities.national_directory.campaign_queries import campaign_progress
from identities.national_directory.models import (
    CampaignScope,
    DirectoryLink,
    LinkSource,
    NationalActivity,
    NationalPerson,
)
from identities.national_directory.states import LinkState
from identities.people.models import Person
from portal.demo.scratch import scratch_database
from portal.demo.seed.places import luhn_completed
from portal.demo.services import EmbeddedServices
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.models import Establishment, Group, LegalEntity

PEOPLE, FEW = 20_000, 5_000
DATABASE, VALKEY_DATABASE = "bench_directory", 9
FIRST_NUMBER = 9_970_000_000  # before its key
LONGEST = 300.0  # seconds
BENCH = Machine("Le banc d'essai")


def measure_directory_campaign(people: int) -> list[dict[str, Any]]:
    """One campaign over that many people, every one of them asked of the API."""
    begun = time.monotonic()
    with _beside() as (environment, stand_in):
        made = _python(environment, "prepare", str(people))
        prepared = time.monotonic() - begun
        report = json.loads(_python(environment, "follow", *made.split()))
        received = _log(stand_in)
    moments = sorted(one["at"] for one in received)
    span = moments[-1] - moments[0]
    limit = settings.DIRECTORY_API_CALLS_PER_SECOND
    rate = (len(moments) - 1) / span
    return [
        {
            "name": f"{people} people by the API, 2 workers",
            "calls": len(moments),
            "calls_per_person": round(len(moments) / people, 4),
            "seconds": round(span, 1),
            "people_per_s": round(people / span),
            "calls_per_s": round(rate, 2),
            "share_of_the_limit": round(rate / limit, 3),
            "most_in_any_second": most_in_any_second(moments),
            "calls_by_second": _by_second(moments),
            "refused_429": sum(one["status"] == 429 for one in received),
            "preparation_s": round(prepared, 1),
            **report,
        }
    ]


def most_in_any_second(moments: Sequence[float]) -> int:
    """The largest number of these moments that a window of one second holds, wherever it begins."""
    ordered, most, first = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _by_second(moments: Sequence[float]) -> list[int]:
    """How many calls each second held, from the first one: gaps are seen."""
    counted = Counter(int(one - moments[0]) for one in moments)
    return [counted[second] for second in range(max(counted) + 1)]


@contextmanager
def _beside() -> Iterator[tuple[dict[str, str], str]]:
    """A fresh database, a stand-in that reads it and a worker of two processes, ended with us."""
    services = EmbeddedServices(settings.ROOT, progress=lambda text: None)
    exports = scratch_database(DATABASE, keep=False)
    environment = {
        **os.environ,
        **exports,
        "REDIS_URL": services.redis_url(VALKEY_DATABASE),
        "DJANGO_SETTINGS_MODULE": "portal.settings.local",
        "SANDBOX_DIRECTORY_URL": exports["DATABASE_URL"],
        "DIRECTORY_API_KEY": "cle-du-bac-a-sable",
    }
    stand_in = subprocess.Popen(
        [sys.executable, "-m", "portal.sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=settings.ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert stand_in.stdout is not None
    root = stand_in.stdout.readline().split(" : ")[1].strip()
    environment["DIRECTORY_API_URL"] = f"{root}/fhir/v2"
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "portal", "worker", "-c", "2", "-l", "WARNING", "--without-gossip",
         "--without-mingle"],
        cwd=settings.ROOT, env=environment,
    )  # fmt: skip
    try:
        yield environment, root
    finally:
        for one in (worker, stand_in):
            one.terminate()
            one.wait()


def _python(environment: dict[str, str], function: str, *arguments: str) -> str:
    """One of the two steps below, in a process that has the environment of this bench."""
    code = (
        "import sys, django; django.setup(); from portal.demo.bench import directory_campaign as bench;"
        f" print(bench.{function}(*sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=settings.ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def prepare(people: str) -> str:
    """A group of that many linked people, as the directory has them; its campaign is started. Gives both ids."""
    group_id, count = uuid7(), int(people)
    numbers = [luhn_completed(str(FIRST_NUMBER + rank)) for rank in range(count)]
    _in_the_directory(numbers)
    with tenant(group_id):
        Group.objects.create(id=group_id, name="Banc d'essai", slug=f"banc-{group_id.hex[-12:]}")
        entity = LegalEntity.objects.create(finess=luhn_completed("99000000"), name="Banc d'essai")
        Establishment.objects.create(
            legal_entity=entity, finess=luhn_completed("99100001"), name="Site", category_code="500"
        )
        long_ago = now() - timedelta(days=900)
        rows = [Person(birth_name="Fictif", first_names=["Camille"]) for _ in numbers]
        Person.objects.bulk_create(rows, batch_size=2000)
        DirectoryLink.objects.bulk_create(
            (
                DirectoryLink(
                    person=person,
                    rpps=one,
                    state=LinkState.LINKED,
                    source=LinkSource.TYPED,
                    checked_at=long_ago,
                )
                for person, one in zip(rows, numbers, strict=True)
            ),
            batch_size=2000,
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum has done by the time a group has so many links
    with tenant(group_id):
        campaign = start_recheck_campaign(actor=BENCH, scope=CampaignScope.DUE)
    return f"{group_id} {campaign.pk}"


def _in_the_directory(numbers: Sequence[str]) -> None:
    NationalPerson.objects.using("owner").bulk_create(
        NationalPerson(number=one, number_type="8", name="FICTIF", first_name="CAMILLE", name_key="fictif",
                       first_name_key="camille", digest=0)
        for one in numbers
    )  # fmt: skip
    NationalActivity.objects.using("owner").bulk_create(
        NationalActivity(key=rank, number=one, profession_code="99", category_code="C", mode_code="S",
                         role_code="313", kind_code="GENR01", structure_id="F990000010", finess="990000010",
                         authority="ENREG", digest=0)
        for rank, one in enumerate(numbers)
    )  # fmt: skip


def follow(group_id: str, campaign_id: str) -> str:
    """Waits until the workers have done it; what the campaign itself counted, as JSON."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        with tenant(UUID(group_id)):
            found = campaign_progress(UUID(campaign_id))
        if found is None or not found.is_open:
            break
        time.sleep(0.5)
    counted = {} if found is None else {
        "state": str(found.campaign.state),
        "checked": found.checked,
        "counted_calls": found.campaign.calls,
        "changed": found.campaign.changed,
    }  # fmt: skip
    return json.dumps(counted)


def _log(root: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{root}/_sandbox/log", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["requests"]
    return [one for one in found if one["path"].startswith("/fhir/")]
