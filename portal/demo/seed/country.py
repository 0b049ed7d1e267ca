"""Many fictitious groups, written side by side: which ones, and by whom."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from portal.demo.accounts import write_accounts, write_group_accounts
from portal.demo.seed.measuring import own_peak
from portal.demo.seed.writing import Progress, Size, group_id_of, seed_group
from portal.foundation.tenancy import operator, tenant
from tenants.groups.models import Establishment, Group

FORMS = ("Association", "Fondation", "Mutualité", "Union", "Résidences", "Fédération", "Entraide")
PLACES = (
    "des Trois Vallées", "du Haut Pays", "de la Combe", "des Deux Rives", "du Bocage", "de la Plaine", "des Grands Bois",
    "du Littoral", "de la Lande", "des Monts Bleus", "du Marais", "de la Garrigue", "des Sources",
)  # fmt: skip
SMALLEST, LARGEST = 0.4, 1.6  # sites of the further groups, against the average


class SeedError(Exception):
    """The fictitious groups cannot be written as asked; `french` says why."""

    def __init__(self, french: str) -> None:
        super().__init__(french)
        self.french = french


def demo_sizes(sites: int, people: int) -> tuple[Size, Size]:
    """The demo's own two groups."""
    return (
        Size("Fondation des Rives", "rives", sites, people),
        Size("Association du Val d'Albarine", "albarine", min(3, sites), min(60, people), rank=1),
    )


def further_sizes(groups: int, sites: int, people: int) -> list[Size]:
    """The groups beyond the demo's two, small and large, so that `groups` have `sites` each on average, people alike."""
    count = groups - 2
    if count < 1:
        return []
    wanted_sites, wanted_people = groups * sites, groups * people
    for size in demo_sizes(sites, people):
        wanted_sites, wanted_people = wanted_sites - size.sites, wanted_people - size.people
    shares = [SMALLEST + (LARGEST - SMALLEST) * (7 * place % 11) / 10 for place in range(count)]
    bounds = [one / sum(shares) for one in accumulate(shares, initial=0)]
    found = []
    for place, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False), start=1):
        name = f"{FORMS[place % len(FORMS)]} {PLACES[place % len(PLACES)]} n° {place}"
        parts = [round(end * wanted) - round(start * wanted) for wanted in (wanted_sites, wanted_people)]
        found.append(Size(name, f"groupe-{place:03}", max(1, parts[0]), max(3, parts[1]), rank=place + 1))
    return found


def missing(sizes: list[Size], seed: int) -> list[Size]:
    """Those that are not written yet. Refuses (SeedError) addresses taken by groups that this seed did not write."""
    with operator():
        taken = dict(Group.objects.values_list("slug", "id"))
    strangers = [one.slug for one in sizes if one.slug in taken and taken[one.slug] != group_id_of(one, seed)]
    if strangers:
        raise SeedError(
            f"L'adresse « {strangers[0]} » est celle d'un groupe écrit autrement : reprenez le même --seed, "
            "ou une base neuve."
        )
    return [one for one in sizes if one.slug not in taken]


def seed_demo_groups(sites: int, people: int, *, seed: int, progress: Progress) -> None:
    """The demo's two groups and their accounts."""
    first, second = demo_sizes(sites, people)
    group_id = seed_group(first, seed=seed, progress=progress)
    second_id = seed_group(second, seed=seed, progress=progress)
    write_accounts(group_id, _establishments(group_id), second_id)


def seed_further(size: Size, *, seed: int) -> None:
    """One further group and its accounts, in one transaction."""
    with transaction.atomic():
        group_id = seed_group(size, seed=seed, progress=lambda text: None)
        write_group_accounts(size.slug, group_id, _establishments(group_id)[:3])


def _establishments(group_id: UUID) -> list[UUID]:
    with tenant(group_id):
        return list(Establishment.objects.order_by("finess").values_list("pk", flat=True))


def seed_share(sizes: list[Size], *, seed: int) -> None:
    """What one writer does: its groups one by one, told on standard output; then its peak of memory.

    It ends at the group it is at when nobody listens any more.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for size in missing(sizes, seed):
        seed_further(size, seed=seed)
        print(json.dumps({"slug": size.slug}), flush=True)
    print(json.dumps({"peak_mb": own_peak()}), flush=True)


def seed_side_by_side(
    arguments: list[str], wanted: list[Size], writers: int, progress: Progress
) -> list[float]:
    """Starts that many writers (`seed_demo --share`) and follows them; gives their peaks of memory in MB.

    Writers tell their progress on one pipe: when this process dies, they stop after the group they were at.
    Refuses (SeedError) when one of them fails; what is written stays, and the same command goes on from there.
    """
    reading, writing = os.pipe()
    command = [sys.executable, str(Path(settings.ROOT) / "manage.py"), "seed_demo", *arguments]
    children = [
        subprocess.Popen(
            [*command, "--share", str(rank), str(writers)],
            stdout=writing,
            start_new_session=True,
            cwd=settings.ROOT,
        )
        for rank in range(writers)
    ]
    os.close(writing)
    with os.fdopen(reading) as lines:
        peaks = list(_follow(lines, len(wanted), progress))
    codes = [child.wait() for child in children]
    if any(codes):
        raise SeedError(
            "Une écriture a échoué (voir ci-dessus) : relancez la même commande, elle continuera."
        )
    return peaks


def _follow(lines: Iterable[str], wanted: int, progress: Progress) -> Iterator[float]:
    started, done = time.monotonic(), 0
    for line in lines:
        told = json.loads(line)
        if "peak_mb" in told:
            yield told["peak_mb"]
            continue
        done += 1
        left = (time.monotonic() - started) / done * (wanted - done)
        progress(f"  {told['slug']} : {done} sur {wanted}, reste {_duration(left)}")


def _duration(seconds: float) -> str:
    return f"environ {round(seconds / 60)} min" if seconds >= 90 else f"environ {round(seconds)} s"
