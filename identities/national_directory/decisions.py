"""What every decision on a link writes, one or many at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from identities.national_directory.differences import checked_links
from identities.national_directory.entries import Entry
from identities.national_directory.models import DirectoryLink
from identities.national_directory.queries import main_file_date
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import LinkState
from portal.foundation.clock import now
from portal.foundation.set_writes import update_by_id
from portal.journal.operations import Actor


def decided_by(actor: Actor) -> dict[str, Any]:
    """Who decides, now; a decision looks at the directory, so it counts as a check under the rule in force."""
    at = now()
    return {
        "decided_by": actor.actor_id,
        "decided_by_name": actor.actor_name,
        "decided_at": at,
        "checked_at": at,
        "rule_version": recheck_rule().version,
    }


def what_is_seen(entry: Entry, file_date: str | None = None) -> dict[str, Any]:
    """What a link keeps of the directory on the day of its decision."""
    return {
        "name": entry.display_name,
        "jobs": list(dict.fromkeys(one.job for one in entry.activities)),
        "file_date": main_file_date() if file_date is None else file_date,
    }


def note_differences(links: Sequence[DirectoryLink]) -> None:
    """What the loaded tables say otherwise of people linked just now; a site's door sees those of its own sites only."""
    now_said = {one.link_id: list(one.now) for one in checked_links(one.pk for one in links)}
    for link in links:
        link.differences = now_said.get(link.pk, [])
    update_by_id(links, ["differences"])


def forget_other_proposals(links: Iterable[DirectoryLink]) -> None:
    """The people and the numbers of these links wait for nothing else."""
    decided = list(links)
    others = Q(person__in=[one.person_id for one in decided]) | Q(rpps__in=[one.rpps for one in decided])
    DirectoryLink.objects.filter(others, state=LinkState.PROPOSED).delete()
