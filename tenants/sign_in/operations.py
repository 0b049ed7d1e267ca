"""Linking an identity to an account, learning its new identifiers, unlinking it, and saying why a door stayed shut."""

from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction

from portal.dispatch.mail import post_mail
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Machine, record
from tenants.memberships.accounts import cut_all_sessions
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.operations import accept_invitation
from tenants.memberships.records import record_of_account
from tenants.sign_in.identifiers import TypedIdentifier
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.queries import has_own_door, links_of, links_of_identity
from tenants.sign_in.refusals import CONFLICT, STATE, DoorShutError
from tenants.sign_in.rules import check_link, check_unlink, is_another_person

LINKED = Act("identity_linked", "{actor} a relié son compte à {door} ({kinds}).")
LEARNED = Act("identity_learned", "{actor} a reconnu un nouvel identifiant du compte de {holder} : {kinds}.")
UNLINKED = Act("identity_unlinked", "{actor} a délié son compte de {door} ({kinds}).")
SESSION_CLOSED = Act("session_closed", "{actor} a fermé une de ses sessions.")
SHUT = Act("door_shut", "{actor} a refusé une connexion par {door} : {reason} ({cause}).")

SIGN_IN_PAGE = Machine("La page de connexion")


def link_identity(*, actor: User, identity: ProvedIdentity) -> None:
    """Binds every identifier of that identity to the account. Done already, it changes nothing.

    Refuses (DomainError) an identity that opens another account, and a closed account.
    """
    with transaction.atomic():
        held = links_of_identity(identity)
        check_link(actor, identity, held, links_of(actor))
        missing = _missing(identity, held)
        if not missing:
            return
        _write(actor, identity, missing)
        record_of_account(actor, LINKED, actor, door=identity.door, kinds=_spoken(missing))
        post_mail(template="security_notice", to_user_id=actor.pk, context={"event": "identity_linked"})


def recognise(*, actor: User, identity: ProvedIdentity) -> None:
    """At each sign-in: dates the links, and binds the identifiers that came since (RPPS obtained, RPPS and PSI merged).

    Refuses (DoorShutError) an identity unlinked meanwhile, and one whose numbers are not those the account is known by.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        held = links_of_identity(identity)
        if not held:
            raise DoorShutError(STATE, identity.door, "identité déliée entre-temps", actor)
        if is_another_person(identity, links_of(actor)) or any(one.user_id != actor.pk for one in held):
            raise DoorShutError(CONFLICT, identity.door, "autre RPPS ou autre PSI que ceux du compte", actor)
        ExternalIdentity.objects.filter(pk__in=[one.pk for one in held]).update(last_used_at=now())
        missing = _missing(identity, held)
        if missing:
            try:
                _write(actor, identity, missing)
            except DomainError as error:
                cause = "identifiant relié ailleurs entre-temps"
                raise DoorShutError(CONFLICT, identity.door, cause, actor) from error
            record_of_account(SIGN_IN_PAGE, LEARNED, actor, holder=actor.full_name, kinds=_spoken(missing))


def accept_with_identity(*, actor: User, invitation: Invitation, identity: ProvedIdentity) -> Membership:
    """Opens an invited account by a door instead of a password, links the identity, takes up the right.

    Refuses (DomainError) what accepting an invitation or linking refuses.
    """
    with transaction.atomic():
        right = accept_invitation(
            actor=actor, invitation=invitation, full_name=identity.full_name, password=None
        )
        link_identity(actor=actor, identity=identity)
    return right


def unlink_identity(*, actor: User, issuer: str) -> None:
    """Ends every link of the account with that issuer, and cuts the account's sessions.

    Refuses (DomainError) the last door of the account, and an issuer it is not linked with.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        links = links_of(actor)
        ended = [one for one in links if one.issuer == issuer]
        kept = [one for one in links if one.issuer != issuer]
        check_unlink(ended, kept, has_own_door=has_own_door(actor))
        ExternalIdentity.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now())
        cut_all_sessions(actor.pk)
        kinds = ", ".join(one.get_kind_display() for one in ended)
        record_of_account(actor, UNLINKED, actor, door=ended[0].door_name, kinds=kinds)
        post_mail(template="security_notice", to_user_id=actor.pk, context={"event": "identity_unlinked"})


def record_shut_door(*, actor: Machine, shut: DoorShutError) -> None:
    """The line of every refusal: in the platform's journal, and in those of the person's groups when they are known."""
    values: dict[str, Any] = {"door": shut.door, "reason": shut.reason.code, "cause": shut.cause}
    if shut.user is not None:
        record_of_account(actor, SHUT, shut.user, **values)
        return
    with tenant(PLATFORM):
        record(actor, SHUT, object_kind="user", object_id=None, **values)


def close_session(*, actor: User, session: UserSession) -> None:
    """Ends one of the account's own sessions, wherever it is open: its next request has to sign in again."""
    session.end()
    record_of_account(actor, SESSION_CLOSED, actor)


def _missing(identity: ProvedIdentity, held: Iterable[ExternalIdentity]) -> list[TypedIdentifier]:
    known = {(one.kind, one.value) for one in held}
    return [one for one in identity.identifiers if (one.kind.value, one.value) not in known]


def _write(user: User, identity: ProvedIdentity, identifiers: Iterable[TypedIdentifier]) -> None:
    moment = now()
    rows = [
        ExternalIdentity(
            user=user, issuer=identity.issuer, kind=one.kind, value=one.value, group_id=identity.group_id,
            last_used_at=moment,
        )
        for one in identifiers
    ]  # fmt: skip
    try:
        with transaction.atomic():
            ExternalIdentity.objects.bulk_create(rows)
    except IntegrityError as error:
        raise DomainError(
            "Linked elsewhere meanwhile",
            "Cette identité vient d'être reliée à un compte : rechargez la page et vérifiez.",
        ) from error


def _spoken(identifiers: Iterable[TypedIdentifier]) -> str:
    return ", ".join(one.kind.label for one in identifiers)
