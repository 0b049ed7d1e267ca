"""Reads of people: search behind the door's wall, doubles of the whole group, and where an identity stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from identities.people.matching import SHOWN_FROM, Comparable, Likeness, compare, near_dates
from identities.people.models import (
    HomonymDecision,
    IdentifierKind,
    IdentityCheck,
    Person,
    PersonIdentifier,
    Visibility,
)
from identities.people.rules import check_phone
from identities.people.searching import matching_people, read_search
from identities.people.traits import PersonTraits
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from portal.foundation.tenancy import current_tenant, group_wide
from tenants.groups.places import current_group
from tenants.groups.queries import establishment_names

# What a list of people says of each: the other columns would cost more than the search.
LISTED = ("birth_name", "usage_name", "first_names", "birth_date", "birth_place")
BLOCK_LIMIT = 300
SHORTEST_SEARCH = 2


@dataclass(frozen=True)
class Candidate:
    """All that a site may learn of somebody it does not see yet: enough to decide whether it is the same person.

    `other_sites` are names of sites, empty unless the group's settings let sites know them.
    """

    person_id: UUID
    display_name: str
    birth_date: str
    birth_place: str
    score: int
    reasons: tuple[str, ...]
    is_visible_here: bool
    other_sites: tuple[str, ...] = ()

    @property
    def likelihood(self) -> str:
        """The score as words."""
        return "très probable" if self.score >= 85 else "probable" if self.score >= 70 else "possible"


@dataclass(frozen=True)
class IdentityStanding:
    """The checks of one person, latest first, and whether a civil trait has changed since the latest."""

    checks: Sequence[IdentityCheck]
    is_to_redo: bool

    @property
    def latest(self) -> IdentityCheck | None:
        return self.checks[0] if self.checks else None


def find_person(person_id: UUID) -> Person:
    """Somebody the door sees. Refuses (Person.DoesNotExist) the rest: elsewhere, nowhere, or merged into another record."""
    return Person.objects.get(pk=person_id, merged_into=None)


def find_people(text: str, *, limit: int = 20) -> list[Person]:
    """People the door sees, best first: names in any order, accents and typing errors forgiven; matricule, RPPS, login;
    mobile; e-mail; date of birth in any form that people type. Read with the columns that a list shows."""
    search = read_search(text)
    if search is None:
        return []
    return list(matching_people(Person.objects.filter(merged_into=None).only(*LISTED), search, limit))


def identifiers_by_person(people: Iterable[Person]) -> dict[UUID, list[str]]:
    """« RPPS 10001234567 », « matricule RH 0421 » of each, by kind, those of the past too: one statement for a list."""
    held = PersonIdentifier.objects.filter(person_id__in=[one.pk for one in people])
    found: dict[UUID, list[str]] = {}
    for person_id, kind, value in held.order_by("kind", "value").values_list("person_id", "kind", "value"):
        found.setdefault(person_id, []).append(f"{IdentifierKind(kind).label} {value}")
    return found


def returning_people(text: str, *, limit: int = 8) -> list[Candidate]:
    """The same search over the whole group, for somebody who comes back: limited disclosure. Three characters at least."""
    search = read_search(text)
    if search is None or len(text.strip()) <= SHORTEST_SEARCH:
        return []
    sites = current_tenant().establishment_ids
    with group_wide("reconnaître une personne déjà connue du groupe avant d'en créer une seconde"):
        found = matching_people(
            _with_visibility(Person.objects.filter(merged_into=None), sites), search, limit
        )
        return _with_other_sites([_candidate(person, Likeness(100, ())) for person in found], sites)


def probable_doubles(
    traits: PersonTraits, *, limit: int = 8, person_id: UUID | None = None, identifiers: Iterable[str] = ()
) -> list[Candidate]:
    """People of the whole group who may be the one described, best first, with the reasons in French.

    Needs two of name, first names and birth date, or a contact, or an identifier; else nobody. `person_id` is the record
    compared, left out with those it was kept apart from. What comes back is all that a site may learn.
    """
    typed = _comparable(traits)
    carried = [one.strip() for one in identifiers if one.strip()]
    blocks = _blocks(typed, carried)
    if not blocks:
        return []
    sites = current_tenant().establishment_ids
    with group_wide("une personne du groupe ne doit pas être créée deux fois"):
        alike = _not_apart(Person.objects.filter(blocks, merged_into=None), person_id)
        people = list(_with_visibility(_nearest_first(alike, typed, carried), sites)[:BLOCK_LIMIT])
        shared, asked = _shared_identifiers(people, carried), Comparable(typed)
        scored = (
            (one, compare(asked, Comparable(PersonTraits.of(one)), shared.get(one.pk, ()))) for one in people
        )
        found = [_candidate(person, alike) for person, alike in scored if alike.score >= SHOWN_FROM]
        best = sorted(found, key=lambda one: (-one.score, one.display_name))[:limit]
        return _with_other_sites(best, sites)


def is_seen_at(person_id: UUID, establishment_ids: Iterable[UUID]) -> bool:
    """Whether one of those sites sees that person now."""
    return _seen_now().filter(person_id=person_id, establishment_id__in=list(establishment_ids)).exists()


def identity_standing(person: Person) -> IdentityStanding:
    """Where the identity of a person stands: a check made before the last change of a civil trait is to be redone."""
    checks = list(IdentityCheck.objects.filter(person=person).order_by("-checked_at"))
    changed = person.identity_changed_at
    return IdentityStanding(checks, bool(checks and changed and checks[0].checked_at < changed))


def identifiers_of(person: Person) -> QuerySet[PersonIdentifier]:
    """In force first, then by kind."""
    return PersonIdentifier.objects.filter(person=person).order_by("-valid_to", "kind", "value")


def holder_of(kind: str, value: str, issuer: str = "") -> PersonIdentifier | None:
    """Who holds that identifier in the whole group, beyond the door's wall; None when nobody does."""
    with group_wide("un identifiant n'a qu'un porteur dans le groupe"):
        return PersonIdentifier.objects.filter(kind=kind, value=value, issuer=issuer, valid_to=None).first()


def holders_by_value(kind: str, values: Iterable[str]) -> dict[str, UUID]:
    """The same of many, whoever issued them: value → who holds it; those that nobody holds are left out."""
    with group_wide("un identifiant n'a qu'un porteur dans le groupe"):
        held = PersonIdentifier.objects.filter(kind=kind, value__in=list(values), valid_to=None)
        return dict(held.values_list("value", "person_id"))


def _comparable(traits: PersonTraits) -> PersonTraits:
    try:
        phone = check_phone(traits.phone)
    except DomainError:
        phone = ""  # half typed
    return PersonTraits(**vars(traits.tidied()) | {"phone": phone})


def _blocks(typed: PersonTraits, identifiers: list[str]) -> Q | None:
    """What an index can find; None when too little is known to compare."""
    blocks = Q()
    if sum(map(bool, (typed.birth_name, typed.first_names, typed.birth_date))) >= 2:
        names = {search_key(typed.birth_name), search_key(typed.usage_name)}
        names |= {search_key(" ".join(typed.first_names)), search_key("".join(typed.first_names[:1]))}
        names -= {""}
        blocks |= (
            Q(birth_name_key__in=names)
            | Q(usage_name_key__in=names)
            | Q(birth_date__in=near_dates(typed.birth_date))
        )
        if typed.birth_date.endswith("-00"):
            blocks |= Q(
                birth_date__startswith=typed.birth_date[:4],
                birth_name_key__startswith=search_key(typed.birth_name)[:1],
            )
    if typed.phone:
        blocks |= Q(phone=typed.phone)
    if typed.email:
        blocks |= Q(email=typed.email)
    if identifiers:
        blocks |= _holding(identifiers)
    return blocks or None


def _holding(identifiers: list[str]) -> Q:
    held = PersonIdentifier.objects.filter(value__in=identifiers, valid_to=None)
    return Q(pk__in=held.values("person_id"))


def _nearest_first(people: QuerySet[Person], typed: PersonTraits, identifiers: list[str]) -> QuerySet[Person]:
    """A frequent surname has more namesakes than are compared: those born then, reached there or of that number first."""
    known = {"phone": typed.phone, "email": typed.email, "birth_date__in": near_dates(typed.birth_date)}
    near = Q(*((name, value) for name, value in known.items() if value), _connector=Q.OR)
    if identifiers:
        near |= _holding(identifiers)
    names = search_key(" ".join((typed.birth_name, typed.usage_name, *typed.first_names)))
    rank = [Case(When(near, then=0), default=1)] if near else []
    return people.order_by(*rank, TrigramSimilarity("name_key", names).desc(), "pk")


def _not_apart(people: QuerySet[Person], person_id: UUID | None) -> QuerySet[Person]:
    if person_id is None:
        return people
    first = HomonymDecision.objects.filter(person_id=person_id).values("other_id")
    second = HomonymDecision.objects.filter(other_id=person_id).values("person_id")
    return people.exclude(pk=person_id).exclude(pk__in=first).exclude(pk__in=second)


def _with_visibility(people: QuerySet[Person], sites: tuple[UUID, ...] | None) -> QuerySet[Person]:
    """`is_visible_here`: the door's sites see the person already; a door on the whole group sees everybody."""
    if sites is None:
        return people.annotate(is_visible_here=Value(True))
    seen = _seen_now().filter(person_id=OuterRef("pk"), establishment_id__in=sites)
    return people.annotate(is_visible_here=Exists(seen))


def _seen_now() -> QuerySet[Visibility]:
    """Which site may see whom at this moment: what is past is a wall again."""
    return Visibility.objects.filter(Q(visible_until=None) | Q(visible_until__gt=now()))


def _with_other_sites(candidates: list[Candidate], sites: tuple[UUID, ...] | None) -> list[Candidate]:
    """Names the other sites of each when the group's settings say so; a door on the whole group has the page for that."""
    if sites is None or not candidates or not current_group().sites_see_other_sites:
        return candidates
    rows = _seen_now().filter(person_id__in=[one.person_id for one in candidates])
    names = establishment_names()
    elsewhere: dict[UUID, list[str]] = {}
    for person_id, site in rows.exclude(establishment_id__in=sites).values_list(
        "person_id", "establishment_id"
    ):
        elsewhere.setdefault(person_id, []).append(names[site])
    return [replace(one, other_sites=tuple(sorted(elsewhere.get(one.person_id, ())))) for one in candidates]


def _shared_identifiers(people: list[Person], identifiers: list[str]) -> dict[UUID, list[str]]:
    shared: dict[UUID, list[str]] = {}
    if identifiers:
        held = PersonIdentifier.objects.filter(person__in=people, value__in=identifiers, valid_to=None)
        for person_id, value in held.values_list("person_id", "value"):
            shared.setdefault(person_id, []).append(value)
    return shared


def _candidate(person: Person, alike: Likeness) -> Candidate:
    return Candidate(
        person_id=person.pk,
        display_name=person.display_name,
        birth_date=person.birth_date_shown,
        birth_place=person.birth_place,
        score=alike.score,
        reasons=alike.reasons,
        is_visible_here=person.is_visible_here,  # type: ignore[attr-defined]
    )
