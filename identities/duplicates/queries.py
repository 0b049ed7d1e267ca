"""Reads of pairs and merges. All but the two about addresses and histories stand at the door of a whole group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from identities.duplicates.models import Merge, Pair, PairSearch
from identities.duplicates.states import UNDECIDED, MergeState, PairState
from identities.people.models import Person, Visibility
from portal.foundation.names import search_key
from portal.foundation.tenancy import group_wide
from tenants.groups.queries import establishment_names

# Somebody registered in a transaction that was still open when the last search read the group.
LONGEST_REGISTRATION = timedelta(minutes=5)
VERY_LIKELY, LIKELY = 85, 70
_NAMED = ("birth_name", "usage_name", "first_names", "birth_date", "birth_place", "merged_into_id")
_ABSORBED = """
WITH RECURSIVE absorbed AS (
  SELECT absorbed_id FROM duplicates_merge WHERE kept_id = %(person)s AND state = 'done'
  UNION SELECT m.absorbed_id FROM duplicates_merge m JOIN absorbed a ON m.kept_id = a.absorbed_id WHERE m.state = 'done'
) SELECT absorbed_id FROM absorbed
"""


@dataclass(frozen=True)
class PairFilter:
    """Which pairs to show; empty values show all."""

    state: str = PairState.TO_SETTLE
    establishment_id: UUID | None = None
    least_score: int = 0
    text: str = ""


def pairs_listed(asked: PairFilter) -> QuerySet[Pair]:
    """The pairs of one list, most alike first, with the columns that the list shows of both records."""
    named = [f"{side}__{column}" for side in ("person", "other") for column in _NAMED]
    rows = Pair.objects.filter(state=asked.state, score__gte=asked.least_score)
    rows = rows.select_related("person", "other").only(
        *(one.name for one in Pair._meta.concrete_fields), *named
    )
    if asked.establishment_id:
        seen = Visibility.objects.filter(establishment_id=asked.establishment_id).values("person_id")
        rows = rows.filter(Q(person_id__in=seen) | Q(other_id__in=seen))
    for word in search_key(asked.text).split():
        rows = rows.filter(Q(person__name_key__contains=word) | Q(other__name_key__contains=word))
    return rows.order_by("-score", "person__name_key", "pk")


def pair_figures() -> dict[str, int]:
    """State → how many pairs."""
    counted = Pair.objects.order_by().values_list("state").annotate(count=Count("pk"))
    return dict(counted)


def pairs_to_settle() -> int:
    """How many pairs wait for a decision now, those put off aside."""
    return Pair.objects.filter(state=PairState.TO_SETTLE).count()


def find_pair(pair_id: UUID) -> Pair | None:
    """One pair with both records; None when the group has no such pair."""
    return Pair.objects.select_related("person", "other").filter(pk=pair_id).first()


def open_pairs_of(person_id: UUID) -> list[Pair]:
    """What waits for a decision about that record, most alike first."""
    rows = Pair.objects.filter(Q(person_id=person_id) | Q(other_id=person_id), state__in=UNDECIDED)
    return list(rows.select_related("person", "other").order_by("-score", "pk"))


def sites_of_people(person_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Names of the establishments that see each of those people, by name: two reads for a list."""
    rows = Visibility.objects.filter(person_id__in=list(person_ids)).values_list(
        "person_id", "establishment_id"
    )
    found: dict[UUID, list[UUID]] = {}
    for person_id, establishment_id in rows:
        found.setdefault(person_id, []).append(establishment_id)
    names = establishment_names()
    return {one: sorted(names[site] for site in sites) for one, sites in found.items()}


def search_of_group() -> PairSearch | None:
    """When the group was last searched; None before the first time."""
    return PairSearch.objects.first()


def newcomers_since(moment: datetime) -> list[UUID]:
    """Who was registered since the search of that moment, or while it was reading."""
    rows = Person.objects.filter(created_at__gt=moment - LONGEST_REGISTRATION, merged_into=None)
    return list(rows.values_list("pk", flat=True))


def search_due() -> bool | None:
    """Whether this group is to be searched now: True the whole of it, False its newcomers, None not at all."""
    last = search_of_group()
    if last is None or last.searched_at is None or last.is_waiting:
        return True
    return False if newcomers_since(last.searched_at) else None


def merges_listed(text: str = "") -> QuerySet[Merge]:
    """Merges, newest first, those undone too."""
    rows = Merge.objects.order_by("-merged_at", "pk")
    if text.strip():
        rows = rows.filter(Q(kept_name__icontains=text.strip()) | Q(absorbed_name__icontains=text.strip()))
    return rows


def find_merge(merge_id: UUID) -> Merge | None:
    """One merge with both records; None when the group has no such merge."""
    return Merge.objects.select_related("kept", "absorbed").filter(pk=merge_id).first()


def merge_of(absorbed_id: UUID, kept_id: UUID) -> Merge | None:
    """The merge in force between those two."""
    rows = Merge.objects.filter(absorbed_id=absorbed_id, kept_id=kept_id, state=MergeState.DONE)
    return rows.first()


def merges_into(person_id: UUID) -> list[Merge]:
    """What that record absorbed and still holds, latest first."""
    return list(Merge.objects.filter(kept_id=person_id, state=MergeState.DONE).order_by("-merged_at"))


def absorbed_ids(person_id: UUID) -> list[UUID]:
    """The records that go on as that one, those that they absorbed before included: their histories are its own."""
    with (
        group_wide("l'historique d'une fiche réunit ceux des fiches qui s'y continuent"),
        connection.cursor() as cursor,
    ):
        cursor.execute(_ABSORBED, {"person": person_id})
        return [one for (one,) in cursor.fetchall()]


def record_that_goes_on(person_id: UUID) -> UUID | None:
    """The record that an absorbed one became; None for one that was not. Whether the door sees it is another question."""
    with group_wide("l'ancienne adresse d'une fiche mène à celle qui la continue"):
        return Person.objects.filter(pk=person_id).values_list("merged_into_id", flat=True).first()
