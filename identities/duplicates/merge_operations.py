"""Two records of one human being become one, and two again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from identities.assignments.models import Assignment, EndReason
from identities.assignments.records import change_of
from identities.assignments.states import AssignmentState
from identities.duplicates.catalogue import MOVED, PERSON_TABLE
from identities.duplicates.evidence import evidence_on
from identities.duplicates.homonyms import move_homonyms
from identities.duplicates.ledger import Ledger
from identities.duplicates.locks import lock_doubles_of_group, lock_people
from identities.duplicates.models import Merge, Pair
from identities.duplicates.operations import QUICKER, SEARCHER, refresh_pairs
from identities.duplicates.overlaps import overlaps_between
from identities.duplicates.queries import merge_of
from identities.duplicates.rules import check_can_undo, check_reason, check_which_is_kept, merge_problems
from identities.duplicates.states import MERGE_TRANSITIONS, PAIR_TRANSITIONS, MergeState, PairState
from identities.duplicates.traits_chosen import chosen_values, identity_changed_at, side_of
from identities.duplicates.undoing import put_back
from identities.people.models import Person
from identities.people.rules import check_traits
from identities.people.traits import PersonTraits
from portal.dispatch.operations import Letter, post
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all
from portal.journal.operations import Act, Actor, Entry, record_set

MERGED = Act("person_merged", "{actor} a réuni la fiche {other} à {object} : une seule personne.")
ABSORBED = Act("person_absorbed", "{actor} a réuni {object} à la fiche {other}, qui la continue.")
UNMERGED = Act("person_unmerged", "{actor} a défait la fusion de {other} dans {object} : {reason}")
RESTORED = Act(
    "person_restored", "{actor} a rendu sa fiche à {object}, réunie à {other} par erreur : {reason}"
)
_STAYS = "assignments_assignment"
# Of the links with the directory, a proposal goes where a decision stands, and both when the person is linked.
_PROPOSALS = """
t.state = 'proposed' AND t.person_id IN (%(kept)s, %(absorbed)s) AND EXISTS (
  SELECT FROM national_directory_directorylink o WHERE o.person_id IN (%(kept)s, %(absorbed)s) AND o.id <> t.id
  AND (o.state = 'linked' OR o.rpps = t.rpps AND (o.state <> 'proposed' OR t.person_id = %(absorbed)s)))
"""
_OTHER_PAIRS = (
    "t.state IN ('to_settle', 'later') AND (t.person_id = %(absorbed)s OR t.other_id = %(absorbed)s)"
    " AND NOT (t.person_id IN (%(kept)s, %(absorbed)s) AND t.other_id IN (%(kept)s, %(absorbed)s))"
)


def merge_pair(
    *,
    actor: Actor,
    pair: Pair,
    kept_id: UUID,
    choices: Mapping[str, UUID] | None = None,
    stays: Mapping[str, UUID] | None = None,
) -> Merge:
    """The other record of the pair becomes part of `kept_id`; all that hangs on it moves, and is written down to go back.

    `choices`: trait → the record that gives it (default: the verified one, else the one that has a value). `stays`: key of
    an overlap → the record whose stays go on; the others are cancelled. The same merge twice is one. Refuses (DomainError)
    what `rules.merge_problems` lists, an unverified trait over a verified one, and a pair decided otherwise meanwhile.
    """
    lock_doubles_of_group()
    absorbed_id = _other_of(pair, kept_id)
    if (same := merge_of(absorbed_id, kept_id)) is not None:
        return same
    people = lock_people((kept_id, absorbed_id))
    kept, absorbed = people[kept_id], people[absorbed_id]
    _check(kept, absorbed)
    written = _traits_written(kept, absorbed, choices or {})
    at = now()
    PAIR_TRANSITIONS.move_one(
        pair, PairState.MERGED, QUICKER,
        later_until=None, decided_at=at, decided_by=actor.actor_id, decided_by_name=actor.actor_name,
    )  # fmt: skip
    merge = Merge.objects.create(
        kept=kept, absorbed=absorbed, kept_name=kept.display_name, absorbed_name=absorbed.display_name,
        merged_at=at, merged_by=actor.actor_id, merged_by_name=actor.actor_name,
    )  # fmt: skip
    _move_everything(actor, merge, written, stays or {})
    _tell(actor, merge, (MERGED, ABSORBED), kind="person.merged", after=written)
    refresh_pairs(actor=SEARCHER, person_ids=[kept_id])
    return merge


def undo_merge(*, actor: Actor, merge: Merge, reason: str) -> Merge:
    """Puts back what the merge wrote, where nothing changed since; `merge.left` tells the rest. The pair waits again.

    What was written on the kept record since stays there. The same undoing twice is one. Refuses (DomainError) an empty
    reason, and a merge whose kept record was itself merged since.
    """
    said = check_reason(reason)
    lock_doubles_of_group()
    merge.refresh_from_db()
    if merge.state == MergeState.UNDONE:
        return merge
    people = lock_people((merge.kept_id, merge.absorbed_id))
    check_can_undo(merge, people[merge.kept_id], people[merge.absorbed_id])
    done = put_back(merge)
    resumed = Assignment.objects.filter(pk__in=done.resumed)
    insert_all(
        [
            change_of(actor, one, from_state=AssignmentState.CANCELLED, ends_at_before=one.ends_at)
            for one in resumed
        ]
    )
    MERGE_TRANSITIONS.move_one(
        merge, MergeState.UNDONE, QUICKER,
        undone_at=now(), undone_by=actor.actor_id, undone_by_name=actor.actor_name, reason=said, left=done.left,
    )  # fmt: skip
    first, second = sorted((merge.kept_id, merge.absorbed_id))
    PAIR_TRANSITIONS.move(
        Pair.objects.filter(person_id=first, other_id=second), PairState.TO_SETTLE,
        decided_at=None, decided_by=None, decided_by_name="",
    )  # fmt: skip
    _tell(actor, merge, (UNMERGED, RESTORED), kind="person.unmerged", reason=said)
    refresh_pairs(actor=SEARCHER, person_ids=[merge.kept_id, merge.absorbed_id])
    return merge


def _other_of(pair: Pair, kept_id: UUID) -> UUID:
    if kept_id not in (pair.person_id, pair.other_id):
        raise DomainError("Neither record", "Choisissez laquelle des deux fiches garder.", "kept")
    return pair.other_id if kept_id == pair.person_id else pair.person_id


def _check(kept: Person, absorbed: Person) -> None:
    evidence = evidence_on(kept.pk, absorbed.pk)
    for problem in merge_problems((kept, absorbed), evidence):
        raise problem
    check_which_is_kept(kept, absorbed, evidence)


def _traits_written(kept: Person, absorbed: Person, choices: Mapping[str, UUID]) -> dict[str, dict[str, Any]]:
    """Trait → column → value on the kept record, with the date of its identity. Refuses what no record may hold."""
    mine, theirs = side_of(kept), side_of(absorbed)
    written = chosen_values(mine, theirs, choices)
    known = vars(PersonTraits.of(kept))
    columns = {name: value for values in written.values() for name, value in values.items() if name in known}
    if columns:
        result = known | columns
        check_traits(PersonTraits(**result | {"first_names": tuple(result["first_names"])}))
    changed_at = identity_changed_at(mine, theirs, written)
    if changed_at != kept.identity_changed_at:
        written["identity_changed_at"] = {"identity_changed_at": changed_at}
    return written


def _move_everything(
    actor: Actor, merge: Merge, written: Mapping[str, Mapping[str, Any]], stays: Mapping[str, UUID]
) -> None:
    ledger = Ledger(merge)
    _cancel_doubled_stays(actor, ledger, stays)
    ledger.remove("duplicates_pair", _OTHER_PAIRS)
    ledger.remove("national_directory_directorylink", _PROPOSALS)
    for reference in MOVED:
        ledger.move(reference)
    move_homonyms(ledger)
    for values in written.values():
        ledger.change(PERSON_TABLE, [merge.kept_id], values)
    ledger.change(PERSON_TABLE, [merge.absorbed_id], {"merged_into_id": merge.kept_id})


def _cancel_doubled_stays(actor: Actor, ledger: Ledger, stays: Mapping[str, UUID]) -> None:
    """One stay typed twice: the one that is given up stays in the history, cancelled, with its line."""
    found = overlaps_between(ledger.merge.kept_id, ledger.merge.absorbed_id)
    given_up = [one for overlap in found for one in overlap.given_up(stays.get(overlap.key))]
    if not given_up:
        return
    before = {one.pk: one.state for one in given_up}
    ledger.change(_STAYS, list(before), {"state": AssignmentState.CANCELLED})
    for one in given_up:
        one.state = AssignmentState.CANCELLED
    insert_all(
        [
            change_of(
                actor, one, from_state=before[one.pk], ends_at_before=one.ends_at, reason=EndReason.MISTAKE
            )
            for one in given_up
        ]
    )


def _tell(
    actor: Actor, merge: Merge, acts: tuple[Act, Act], *, kind: str, after: Any = None, reason: str = ""
) -> None:
    """A line in the history of each record, and the message that later rooms follow by."""
    names = {"object": merge.kept_name, "other": merge.absorbed_name, "reason": reason}
    swapped = {"object": merge.absorbed_name, "other": merge.kept_name, "reason": reason}
    facts = {"merge_id": merge.pk, "absorbed_id": merge.absorbed_id, "traits": after}
    record_set(actor, acts[0], [Entry("person", merge.kept_id, names, after=facts)])
    record_set(actor, acts[1], [Entry("person", merge.absorbed_id, swapped)])
    ids = {"merge_id": str(merge.pk), "person_id": str(merge.kept_id), "absorbed_id": str(merge.absorbed_id)}
    post(Letter(kind=kind, payload=ids, ordering_key=f"person:{merge.kept_id}"))
