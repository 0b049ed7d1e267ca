"""What the group holds on two records, for the rules to judge: numbers, links, and an earlier decision."""

from collections import defaultdict
from uuid import UUID

from identities.duplicates.rules import NATIONAL_KINDS, Evidence
from identities.national_directory.models import DirectoryLink
from identities.national_directory.states import LinkState
from identities.people.models import HomonymDecision, IdentifierKind, PersonIdentifier


def evidence_on(first_id: UUID, second_id: UUID) -> Evidence:
    """Three reads, whatever the two records hold."""
    people = sorted((first_id, second_id))
    numbers: dict[IdentifierKind, dict[UUID, set[str]]] = {one: defaultdict(set) for one in NATIONAL_KINDS}
    held = PersonIdentifier.objects.filter(person_id__in=people, kind__in=NATIONAL_KINDS, valid_to=None)
    for one in held:
        numbers[IdentifierKind(one.kind)][one.person_id].add(one.value)
    links: dict[str, dict[UUID, set[str]]] = {one: defaultdict(set) for one in LinkState}
    for link in DirectoryLink.objects.filter(person_id__in=people).only("person_id", "rpps", "state"):
        links[link.state][link.person_id].add(link.rpps)
    apart = HomonymDecision.objects.filter(person_id=people[0], other_id=people[1]).first()
    return Evidence(
        numbers={kind: _frozen(found) for kind, found in numbers.items()},
        linked=_frozen(links[LinkState.LINKED]),
        refused=_frozen(links[LinkState.REFUSED]),
        apart=apart.reason if apart else "",
    )


def _frozen(found: dict[UUID, set[str]]) -> dict[UUID, frozenset[str]]:
    return {person_id: frozenset(values) for person_id, values in found.items()}
