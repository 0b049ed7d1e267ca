"""Self-registrations in the demo's group, one in each state, done by the product's own operations."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db.models import F

from identities.people.models import Person
from identities.people.operations import prove_contact
from identities.people.traits import PersonTraits
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.queries import lines_to_register, people_to_register
from identities.self_registrations.confirmation_operations import confirm_numbered, expire_late
from identities.self_registrations.models import Channel, Contact, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, invite, new_link
from identities.self_registrations.person_operations import (
    confirm_traits,
    finish_form,
    leave_for_national,
    open_link,
)
from identities.self_registrations.queries import living_link, path_seen
from identities.self_registrations.records import the_person
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

MANAGER, GESTIONNAIRE = Machine("Référent de site"), Machine("Gestionnaire RPPS+")
_READ = 200  # people looked at
_FIRST_NUMBER = 9_980_000_000  # before its key; those of the other scenes begin before

Play = Callable[[SelfRegistration, int], None]


def seed_self_registrations(group_id: UUID) -> None:
    """Once: a group that has a self-registration already is left as it is."""
    with tenant(group_id):
        if SelfRegistration.objects.exists():
            return
        for rank, play in enumerate(_PLAYS):
            path = _invited(rank)
            if path is None:
                return
            play(path, rank)


def _invited(rank: int) -> SelfRegistration | None:
    """The next person whom their site may invite by SMS; None once everybody is."""
    for line in lines_to_register(people_to_register()[:_READ]):
        if line.person.phone and Route.SELF in line.routes.routes:
            site = line.assignment.establishment_id
            done = invite(
                actor=MANAGER, person_ids=[line.person.pk], channel=Channel.SMS, establishment_id=site
            )
            if done.paths:
                return path_seen(done.paths[0].pk)
    return None


def _nothing(path: SelfRegistration, rank: int) -> None:
    """The link is still to be sent."""


def _sent_by_sms(path: SelfRegistration, rank: int) -> None:
    new_link(actor=MANAGER, path=path, channel=Channel.SMS)


def _opened(path: SelfRegistration, rank: int) -> None:
    _sent_by_sms(path, rank)
    link = living_link(path)
    if link is not None:
        open_link(actor=the_person(path), link=link)
    path.refresh_from_db()


def _filled(path: SelfRegistration, rank: int) -> None:
    _opened(path, rank)
    actor = the_person(path)
    Person.objects.filter(pk=path.person_id, email="").update(email=f"personne{rank}@exemple.invalid")
    path.person.refresh_from_db()
    confirm_traits(actor=actor, path=path, traits=PersonTraits.of(path.person))
    prove_contact(
        actor=actor,
        person=path.person,
        contact=Contact.EMAIL,
        value=path.person.email,
        how="un code à six chiffres",
    )
    finish_form(actor=actor, path=path)
    path.refresh_from_db()


def _gone(path: SelfRegistration, rank: int) -> None:
    _filled(path, rank)
    leave_for_national(actor=the_person(path), path=path)
    path.refresh_from_db()


def _declared(days_ago: int) -> Play:
    def play(path: SelfRegistration, rank: int) -> None:
        _gone(path, rank)
        declare_enrolled(actor=the_person(path), path=path, enrolled_on=today() - timedelta(days=days_ago))

    return play


def _confirmed(path: SelfRegistration, rank: int) -> None:
    _declared(9)(path, rank)
    number = luhn_completed(str(_FIRST_NUMBER + rank))
    confirm_numbered(actor=GESTIONNAIRE, path=path, rpps=number, on=today() - timedelta(days=8))
    past = {name: F(name) - timedelta(days=9) for name in ("created_at", "sent_at")}
    RegistrationRequest.objects.filter(pk=path.request_id).update(**past)


def _expired(path: SelfRegistration, rank: int) -> None:
    _declared(30)(path, rank)
    late = {"enrolled_on": today() - timedelta(days=32), "confirm_by": today() - timedelta(days=2)}
    SelfRegistration.objects.filter(pk=path.pk).update(**late)
    expire_late(actor=Machine("L'horloge des auto-enregistrements"))


_PLAYS: tuple[Play, ...] = (
    _declared(27), _sent_by_sms, _confirmed, _opened, _declared(16), _filled, _confirmed, _gone, _expired, _nothing,
    _declared(2), _confirmed,
)  # fmt: skip
