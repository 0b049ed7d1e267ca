"""The check of links against the national directory: what it says otherwise of linked people, dated under a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from identities.national_directory.differences import CheckedLink
from identities.national_directory.models import DirectoryLink
from identities.national_directory.rules import Difference, RecheckRule
from identities.people.models import Person
from portal.foundation.set_writes import update_by_id
from portal.journal.operations import Act, Actor, Entry, record_set

DIFFERS = Act(
    "directory_link_checked", "{actor} a comparé {object} à l'Annuaire Santé (RPPS {rpps}) : {said}"
)


@dataclass(frozen=True)
class Recheck:
    """How many links were checked, and how many say something else than before."""

    checked: int
    changed: int


def keep_checks(actor: Actor, rule: RecheckRule, found: Sequence[CheckedLink], at: datetime) -> Recheck:
    """Writes what a comparison found, and its date; one line for each person of whom something changed."""
    changed = [one for one in found if one.before != one.now]
    DirectoryLink.objects.filter(pk__in=[one.link_id for one in found]).update(
        checked_at=at, rule_version=rule.version
    )
    rows = DirectoryLink.objects.in_bulk([one.link_id for one in changed])
    for one in changed:
        rows[one.link_id].differences = list(one.now)
    update_by_id(list(rows.values()), ["differences"])
    people = Person.objects.in_bulk({one.person_id for one in changed})
    record_set(actor, DIFFERS, [_line(one, people[one.person_id]) for one in changed])
    return Recheck(len(found), len(changed))


def _line(one: CheckedLink, person: Person) -> Entry:
    said = " ".join(Difference(code).label for code in one.now) or "plus aucune différence."
    values = {"object": person.display_name, "rpps": one.rpps, "said": said}
    return Entry("person", person.pk, values, None, list(one.before), list(one.now))
