"""Searching for doubles, and what is decided of a pair, but merges (merge_operations.py)."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from identities.duplicates.locks import lock_doubles_of_group
from identities.duplicates.models import Pair, PairSearch
from identities.duplicates.pairs import Refreshed, write_pairs
from identities.duplicates.queries import newcomers_since, search_of_group
from identities.duplicates.ringing import ring
from identities.duplicates.rules import check_reason
from identities.duplicates.states import PAIR_TRANSITIONS, PairState
from identities.people.models import HomonymDecision, Person
from identities.people.operations import KEPT_APART, keep_apart
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Act, Actor, Machine, record

SEARCHER = Machine("La recherche des doublons")
SEARCHED = Act(
    "duplicates_searched",
    "{actor} a comparé les fiches : {new} paires de plus à régler, {gone} de moins, {back} revenues à leur date.",
)
ASKED = Act("duplicates_search_asked", "{actor} a demandé une recherche des doublons.")
PROPOSED = Act("duplicate_proposed", "{actor} a demandé de comparer {object} et {other}.")
PUT_OFF = Act(
    "duplicate_put_off", "{actor} a remis à plus tard{until} la comparaison de {object} et {other}."
)
RECONSIDERED = Act("duplicate_reconsidered", "{actor} est revenu sur la distinction de {object} et {other}.")
QUICKER = "Quelqu'un vient de régler ces deux fiches. Rechargez la page."
MERGED_SINCE = (
    "Une de ces fiches a été réunie à une autre depuis : la décision porte sur celle qui continue. Ouvrez cette fiche,"
    " puis comparez-la à l'autre."
)
FULL_SCORE = 100


def refresh_pairs(*, actor: Actor, person_ids: Collection[UUID] | None = None) -> Refreshed:
    """Keeps what the matching finds now, in the whole group or around those people; a decision is never written again.

    Pairs that nobody decided go away when nothing looks alike any more; those put off come back on their date.
    """
    lock_doubles_of_group()
    done = write_pairs(person_ids)
    if done.changed:
        record(actor, SEARCHED, object_kind="duplicates", object_id=None, **vars(done))
    return done


def search_newcomers(*, actor: Actor) -> Refreshed:
    """Compares those registered since the last search with everybody; the whole group when it was never searched."""
    lock_doubles_of_group()
    last, moment = search_of_group(), now()
    if last is None or last.searched_at is None:
        return search_everybody(actor=actor)
    done = refresh_pairs(actor=actor, person_ids=newcomers_since(last.searched_at))
    PairSearch.objects.update(searched_at=moment)
    return done


def search_everybody(*, actor: Actor) -> Refreshed:
    """Compares everybody with everybody, and dates it."""
    lock_doubles_of_group()
    moment = now()
    done = refresh_pairs(actor=actor)
    dates = {"searched_at": moment, "whole_at": moment}
    PairSearch.objects.update_or_create(group_id=current_group_id(), defaults=dates)
    return done


def ask_search(*, actor: Actor) -> None:
    """Rings for a search of the whole group; a second click while it waits changes nothing."""
    lock_doubles_of_group()
    last = search_of_group()
    if last is not None and last.is_waiting:
        return
    PairSearch.objects.update_or_create(
        group_id=current_group_id(), defaults={"asked_at": now(), "asked_by_name": actor.actor_name}
    )
    record(actor, ASKED, object_kind="duplicates", object_id=None)
    group_id = current_group_id()
    transaction.on_commit(lambda: ring(group_id, is_whole=True), robust=True)


def propose_pair(*, actor: Actor, person: Person, other: Person) -> Pair:
    """A pair that the matching did not find, for somebody who knows better. The same one again is the one that stands.

    Refuses (DomainError) one record twice, and a record that was merged.
    """
    if person.pk == other.pk:
        raise DomainError("One record twice", "Choisissez une autre fiche que celle-ci.", "other")
    if person.merged_into_id or other.merged_into_id:
        raise DomainError(
            "Merged already", "Cette fiche a été réunie à une autre : choisissez celle qui reste."
        )
    first, second = sorted((person, other), key=lambda one: one.pk)
    pair, is_new = Pair.objects.get_or_create(
        person_id=first.pk,
        other_id=second.pk,
        defaults={
            "score": FULL_SCORE,
            "reasons": [f"comparaison demandée par {actor.actor_name}"],
            "proposed_by_name": actor.actor_name,
        },
    )
    if is_new:
        _say(actor, PROPOSED, pair)
    return pair


def put_off_pair(*, actor: Actor, pair: Pair, until: date | None = None) -> None:
    """Leaves the list until that day, or until somebody looks at the list « plus tard ».

    Refuses (DomainError) a day that is not to come, and (TransitionError) a pair that was decided meanwhile.
    """
    if until is not None and until <= today():
        raise DomainError("Not to come", "Choisissez une date à venir, ou aucune.", "until")
    PAIR_TRANSITIONS.move_one(pair, PairState.LATER, QUICKER, later_until=until, **_decided(actor))
    _say(actor, PUT_OFF, pair, until=f" (le {until:%d/%m/%Y})" if until else "")


def rule_homonyms(*, actor: Actor, pair: Pair, reason: str) -> None:
    """Two people: never proposed again. The same decision twice is one.

    Refuses (DomainError) an empty reason, and (TransitionError) a pair that was decided otherwise meanwhile.
    """
    written = check_reason(reason)
    lock_doubles_of_group()
    pair.refresh_from_db()
    if pair.state == PairState.HOMONYM:
        return
    PAIR_TRANSITIONS.move_one(
        pair, PairState.HOMONYM, QUICKER, later_until=None, reason=written, **_decided(actor)
    )
    keep_apart(actor=actor, person=pair.person, other=pair.other_id, reason=written)
    record(
        actor, KEPT_APART, object_kind="person", object_id=pair.other_id,
        object=pair.other.display_name, other=pair.person.display_name, reason=written,
    )  # fmt: skip


def reconsider_homonyms(*, actor: Actor, pair: Pair) -> None:
    """« Two people » is taken back, whether it was said of the pair or at an arrival: the pair waits for a decision again.

    Refuses (DomainError) a pair of which nobody said so, and a record that was merged: the decision went on with the other.
    """
    lock_doubles_of_group()
    pair.refresh_from_db()
    if pair.person.merged_into_id or pair.other.merged_into_id:
        raise DomainError("Merged since", MERGED_SINCE)
    told_apart = HomonymDecision.objects.filter(person_id=pair.person_id, other_id=pair.other_id)
    if pair.state == PairState.HOMONYM:
        PAIR_TRANSITIONS.move_one(pair, PairState.TO_SETTLE, QUICKER, reason="", **_undecided())
    elif not pair.is_undecided or not told_apart.exists():
        raise DomainError("Not ruled homonyms", QUICKER)
    told_apart.delete()
    _say(actor, RECONSIDERED, pair)


def _decided(actor: Actor) -> dict[str, object]:
    return {"decided_at": now(), "decided_by": actor.actor_id, "decided_by_name": actor.actor_name}


def _undecided() -> dict[str, object]:
    return {"decided_at": None, "decided_by": None, "decided_by_name": ""}


def _say(actor: Actor, act: Act, pair: Pair, **said: Any) -> None:
    record(
        actor, act, object_kind="person", object_id=pair.person_id,
        object=pair.person.display_name, other=pair.other.display_name, **said,
    )  # fmt: skip
