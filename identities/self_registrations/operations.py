"""What the establishment does: invites, sends a link again, withdraws, says that somebody is enrolled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from identities.people.models import Person
from identities.registrations.hand_operations import mark_sent
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.operations import check_again, withdraw_request
from identities.registrations.set_operations import prepare_requests
from identities.registrations.states import OPEN_STATES as OPEN_REQUESTS
from identities.registrations.states import RequestState
from identities.self_registrations.codes import given_now, six_digits
from identities.self_registrations.endings import GONE, end_path, revoke_links
from identities.self_registrations.links import new_secret
from identities.self_registrations.models import Channel, Contact, ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.queries import code_of, people_by_id, people_invited, taken_back
from identities.self_registrations.records import about
from identities.self_registrations.rules import (
    INVITATION,
    LINK_LIFE,
    check_before_enrolment,
    check_enrolled_on,
    check_may_be_sent,
    check_may_give_code,
    check_not_taken_back,
    check_reachable,
    check_reason,
    deadline,
    hash_of_code,
)
from identities.self_registrations.states import PATH_TRANSITIONS, PathState
from portal.dispatch.mail import reader_letter
from portal.dispatch.operations import post_all
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all
from portal.journal.operations import Act, Actor, Entry, record, record_set

INVITED = Act("self_registration_invited", "{actor} a invité {object} à s'enregistrer, par {channel}.")
LINK_GIVEN = Act(
    "self_registration_link_given", "{actor} a préparé un nouveau lien pour {object}, par {channel}."
)
CODE_GIVEN = Act(
    "self_registration_code_given", "{actor} a préparé un code pour vérifier le mobile de {object}."
)
WITHDRAWN = Act(
    "self_registration_withdrawn", "{actor} a retiré l'invitation à s'enregistrer de {object} : {reason}"
)
SHUT = Act(
    "self_registration_shut",
    "{actor} a fermé l'invitation à s'enregistrer de {object}, dont la demande a été retirée.",
)
DECLARED = Act(
    "self_registration_declared",
    "{actor} a déclaré l'auto-enregistrement de {object} le {day} : à confirmer d'ici au {until}.",
)
EXPORTED = Act(
    "self_registrations_exported", "{actor} a exporté {count} lignes des auto-enregistrements ({what})."
)


@dataclass(frozen=True)
class Invited:
    """Who was invited, and the French reason of each who was not."""

    paths: list[SelfRegistration]
    refused: list[str]


def invite(*, actor: Actor, person_ids: Iterable[UUID], channel: str, establishment_id: UUID) -> Invited:
    """Opens a self-registration at that site to several people at once, and posts their mails.

    By SMS the link is made later, when the site is about to send it (`new_link`). Somebody already invited, without the
    contact, or that no request may be prepared for, is left aside with the reason; nothing is done for them. A former
    invitation that was taken back is shut first.
    """
    people = people_by_id(person_ids)
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(pk__in=list(people)).order_by("pk").values_list("pk"))
        shut_taken_back(actor=actor, person_ids=people)
        reachable, refused = _reachable(people, channel)
        waiting = _open_requests(reachable, establishment_id)  # prepared at the desk, nobody invited yet
        asked = [one for one in reachable if one not in waiting]
        prepared = prepare_requests(
            actor=actor, person_ids=asked, route=Route.SELF, establishment_id=establishment_id
        )
        refused += [f"{people[one.id].display_name} : {one.french}" for one in prepared.refused]
        requests = waiting | {one.person_id: one for one in prepared.created}
        paths = [_new_path(actor, people[one], requests[one]) for one in reachable if one in requests]
        insert_all(paths)
        if channel == Channel.EMAIL:
            _post_links(actor, paths)
        said = {"channel": Channel(channel).label}
        record_set(actor, INVITED, [_entry(one, said) for one in paths])
    return Invited(paths, refused)


def _reachable(people: dict[UUID, Person], channel: str) -> tuple[list[UUID], list[str]]:
    already = people_invited(people)
    found, refused = [], []
    for key, person in people.items():
        if key in already:
            refused.append(f"{person.display_name} : déjà invité. Ouvrez son suivi pour renvoyer le lien.")
            continue
        try:
            check_reachable(person, channel)
        except DomainError as error:
            refused.append(error.french)
        else:
            found.append(key)
    return found, refused


def _open_requests(person_ids: Sequence[UUID], establishment_id: UUID) -> dict[UUID, RegistrationRequest]:
    rows = RegistrationRequest.objects.filter(
        person_id__in=person_ids, establishment_id=establishment_id, route=Route.SELF, state__in=OPEN_REQUESTS
    )
    return {one.person_id: one for one in rows}


def _new_path(actor: Actor, person: Person, request: RegistrationRequest) -> SelfRegistration:
    return SelfRegistration(
        person=person,
        establishment_id=request.establishment_id,
        request=request,
        invited_at=now(),
        invited_by=actor.actor_id,
        invited_by_name=actor.actor_name,
    )


def _entry(path: SelfRegistration, said: dict[str, str]) -> Entry:
    values = {"object": path.person.display_name, **said}
    return Entry("person", path.person_id, values, path.establishment_id)


def _post_links(actor: Actor, paths: Sequence[SelfRegistration]) -> None:
    """One link each, whose secret is drawn when its mail leaves."""
    links = [_link_of(actor, one, Channel.EMAIL, one.person.email) for one in paths]
    insert_all(links)
    post_all(reader_letter(INVITATION, {"link_id": str(one.pk)}) for one in links)


def _link_of(actor: Actor, path: SelfRegistration, channel: str, sent_to: str) -> PersonalLink:
    moment = now()
    return PersonalLink(
        registration=path,
        establishment_id=path.establishment_id,
        channel=channel,
        sent_to=sent_to,
        created_at=moment,
        created_by_name=actor.actor_name,
        expires_at=moment + LINK_LIFE,
    )


def new_link(*, actor: Actor, path: SelfRegistration, channel: str) -> str:
    """Replaces the links given before. By mail: posted, and nothing is returned; by SMS: the link's secret, shown once.

    Codes may be asked for again, up to as many as before.

    Refuses (DomainError) somebody enrolled already, or without that contact.
    """
    with transaction.atomic():
        locked = SelfRegistration.objects.select_for_update().select_related("person").get(pk=path.pk)
        check_before_enrolment(locked)
        sent_to = check_reachable(locked.person, channel)
        revoke_links(locked)
        locked.codes.update(given=0)
        record(actor, LINK_GIVEN, **about(locked), channel=Channel(channel).label)
        if channel == Channel.EMAIL:
            _post_links(actor, [locked])
            return ""
        link = _link_of(actor, locked, channel, sent_to)
        secret = new_secret(link.group_id)
        link.token_hash = secret.hash
        link.save(force_insert=True)
        return secret.text


def phone_code(*, actor: Actor, path: SelfRegistration) -> str:
    """Six digits that the site sends to the mobile of the record by SMS, shown once here.

    Refuses (DomainError) somebody without a mobile or enrolled, and a second code within a minute.
    """
    with transaction.atomic():
        locked = SelfRegistration.objects.select_for_update().select_related("person").get(pk=path.pk)
        check_before_enrolment(locked)
        phone = check_reachable(locked.person, Channel.SMS)
        found = code_of(locked, Contact.PHONE)
        check_may_give_code(found, phone, now())
        code, digits = given_now(locked, Contact.PHONE, phone, found), six_digits()
        ContactCode.objects.filter(pk=code.pk).update(code_hash=hash_of_code(code, digits))
        record(actor, CODE_GIVEN, **about(locked))
    return digits


def withdraw(*, actor: Actor, path: SelfRegistration, reason: str) -> None:
    """Ends the path, shuts its link, withdraws its request. Refuses (DomainError) an empty reason, or a path past that."""
    written = check_reason(reason)
    with transaction.atomic():
        end_path(path, PathState.WITHDRAWN)
        revoke_links(path)
        withdraw_request(actor=actor, request_id=path.request_id, reason=written)
        record(actor, WITHDRAWN, **about(path), reason=written)


def shut_taken_back(*, actor: Actor, person_ids: Iterable[UUID] | None = None) -> int:
    """Ends those whose request was withdrawn before the enrolment (of these people only, when given); says how many."""
    rows = taken_back(person_ids).select_related("person").select_for_update(of=("self",))
    found = list(rows)
    for path in found:
        end_path(path, PathState.WITHDRAWN)
        revoke_links(path)
        record(actor, SHUT, **about(path))
    return len(found)


def declare_enrolled(*, actor: Actor, path: SelfRegistration, enrolled_on: date) -> None:
    """The person says, or the site sees, that they are enrolled since that day: 30 days begin.

    Refuses (DomainError) a day to come or past its 30 days, a path that is already there or over, and a request that was
    taken back or lacks something.
    """
    check_enrolled_on(enrolled_on, today())
    until = deadline(enrolled_on)
    with transaction.atomic():
        _send_request(actor, path)
        PATH_TRANSITIONS.move_one(
            path,
            PathState.DECLARED,
            GONE,
            enrolled_on=enrolled_on,
            confirm_by=until,
            declared_by_name=actor.actor_name,
        )
        revoke_links(path, opened_at=None)
        record(actor, DECLARED, **about(path), day=f"{enrolled_on:%d/%m/%Y}", until=f"{until:%d/%m/%Y}")


def _send_request(actor: Actor, path: SelfRegistration) -> None:
    """What the person was asked is now with the national service, as their record is today."""
    path.request.refresh_from_db()
    check_not_taken_back(path)
    if path.request.state in (RequestState.DRAFT, RequestState.READY):
        path.request = check_again(actor=actor, request_id=path.request_id)
        check_may_be_sent(path.request)
        mark_sent(actor=actor, request_id=path.request_id)


def record_export(*, actor: Actor, establishment_id: UUID | None, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many rows, with which filters, in French."""
    record(
        actor,
        EXPORTED,
        object_kind="self_registrations_list",
        object_id=establishment_id,
        establishment_id=establishment_id,
        count=count,
        what=what,
    )
