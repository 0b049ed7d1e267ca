"""Writes of accounts and rights; each leaves a line in the group's journal."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Actor, record
from tenants.groups.queries import establishment_names
from tenants.memberships import records
from tenants.memberships.access import Access
from tenants.memberships.accounts import account_for, cut_all_sessions, open_account
from tenants.memberships.letters import post_confirmed, post_invitation, post_sessions_cut, post_to_confirm
from tenants.memberships.links import invitation_link
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.queries import confirmer_in, lasting_administrators, open_invitation
from tenants.memberships.rules import (
    Sites,
    check_change,
    check_confirm,
    check_dates,
    check_end,
    check_grant,
    check_lasting_administrator,
    check_scope,
    needs_confirmation,
    widens,
)
from tenants.memberships.spoken import spoken_terms, terms_of
from tenants.memberships.states import MEMBERSHIP_TRANSITIONS, MembershipState

INVITATION_LASTS = timedelta(days=7)

WAITS = "Un second administrateur doit le confirmer."
STALE = "Ce droit a changé entre-temps : relisez la page avant de recommencer."


def invite(
    *,
    actor: Access,
    group_id: UUID,
    email: str,
    full_name: str,
    role: Role,
    establishment_ids: Sites = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Gives a right by invitation: a link, one use, seven days. `ends_on` is the last day of the right.

    An address that already has an account elsewhere makes no difference to whoever invites. Refuses (DomainError) a right
    beyond the actor's own, a role the person already holds here, oneself, sites of another group, impossible dates.
    """
    _check_terms(actor, role, establishment_ids, starts_on, ends_on)
    holder = account_for(email, full_name)
    if holder.pk == actor.user.pk:
        raise DomainError("Own right", "Vous ne pouvez pas vous donner un droit à vous-même.", "email")
    expired = Membership.objects.filter(group_id=group_id, user=holder, role=role, ends_on__lt=today())
    MEMBERSHIP_TRANSITIONS.move(expired, MembershipState.ENDED, ended_at=now())
    membership = _new_right(
        group_id=group_id, user=holder, role=role, establishment_ids=establishment_ids, starts_on=starts_on,
        ends_on=ends_on, invited_as=full_name, granted_by=actor.user,
    )  # fmt: skip
    _send_invitation(membership)
    _line(actor, records.INVITED, membership, after=terms_of(membership))
    return membership


def invite_first_administrators(*, actor: Actor, group: Any, recipients: list[tuple[str, str]]) -> list[str]:
    """Invites the first administrators (full name, e-mail) of a new group, and gives their links in that order.

    Runs in the new group's door. Each may confirm the other while the group has no administrator in force. Refuses
    (DomainError) the same person twice.
    """
    links = []
    for full_name, email in recipients:
        membership = _new_right(
            group_id=group.id, user=account_for(email, full_name), role=Role.GROUP_ADMIN, invited_as=full_name,
            granted_by_id=actor.actor_id, is_founding=True,
        )  # fmt: skip
        links.append(invitation_link(_send_invitation(membership).pk))
        _line(actor, records.INVITED, membership, after=terms_of(membership))
    return links


def resend_invitation(*, actor: Access, membership: Membership) -> None:
    """Closes the link that was sent and sends another, for seven days. Refuses (DomainError) an accepted invitation."""
    check_end(actor, membership)
    if membership.state != MembershipState.INVITED:
        raise DomainError("Accepted", "Cette invitation a déjà été acceptée : il n'y a rien à renvoyer.")
    _close_invitation(membership)
    _send_invitation(membership)
    _line(actor, records.RESENT, membership)


def accept_invitation(
    *, actor: User, invitation: Invitation, full_name: str = "", password: str | None = ""
) -> Membership:
    """Takes up a right. The first time, opens the account with that name and password (already checked; None when
    another door has just proved who they are).

    A right over the whole group then waits for a second administrator. Refuses (DomainError) another account's
    invitation, one that was used, cancelled or is too old, and a closed account.
    """
    membership = invitation.membership
    if actor.pk != membership.user_id:
        raise DomainError(
            "Not theirs", "Cette invitation est au nom d'un autre compte : déconnectez-vous d'abord."
        )
    with tenant(membership.group_id):
        _use_once(invitation)
        open_account(actor, full_name, password)
        waits = needs_confirmation(membership.establishment_ids)
        target = MembershipState.TO_CONFIRM if waits else MembershipState.ACTIVE
        MEMBERSHIP_TRANSITIONS.move_one(membership, target, STALE, invited_as="")
        membership.user = actor
        if waits:
            post_to_confirm(membership)
        _line(actor, records.ACCEPTED, membership, following=WAITS if waits else "")
    return membership


def confirm_membership(*, actor: User, membership: Membership) -> None:
    """A second administrator confirms a right over the whole group. Refuses (DomainError) what `check_confirm` refuses."""
    with tenant(membership.group_id):
        check_confirm(confirmer_in(actor, membership.group_id), membership)
        MEMBERSHIP_TRANSITIONS.move_one(
            membership, MembershipState.ACTIVE, STALE, confirmed_by=actor, confirmed_at=now()
        )
        post_confirmed(membership)
        _line(actor, records.CONFIRMED, membership)


def change_membership(
    *,
    actor: Access,
    membership: Membership,
    role: Role,
    establishment_ids: Sites,
    starts_on: date | None,
    ends_on: date | None,
) -> None:
    """Changes role, establishments and dates, and cuts the holder's sessions. A right over the whole group that is
    widened waits for a second administrator again.

    Refuses (DomainError) one's own right, terms or a right beyond the actor's own, the last administrator.
    """
    check_change(actor, membership)
    _check_terms(actor, role, establishment_ids, starts_on, ends_on)
    check_lasting_administrator(membership, _other_administrators(membership))
    before = terms_of(membership)
    waits = _waits_again(membership, role, establishment_ids, ends_on)
    values: dict[str, Any] = {
        "role": role, "establishment_ids": establishment_ids, "starts_on": starts_on, "ends_on": ends_on,
        "granted_by": actor.user, "is_founding": False,
    }  # fmt: skip
    if waits:
        values |= {"state": MembershipState.TO_CONFIRM, "confirmed_by": None, "confirmed_at": None}
    _write(membership, values)
    if waits:
        post_to_confirm(membership)
    _tell_sessions_cut(membership, "changed")
    _line(
        actor,
        records.CHANGED,
        membership,
        before=before,
        after=terms_of(membership),
        following=WAITS if waits else "",
    )


def end_membership(*, actor: Access, membership: Membership) -> None:
    """Ends a right now, or cancels its invitation, and cuts the holder's sessions.

    Refuses (DomainError) a right beyond the actor's own, one ended already, and the group's last administrator.
    """
    check_end(actor, membership)
    check_lasting_administrator(membership, _other_administrators(membership))
    invited = membership.state == MembershipState.INVITED
    MEMBERSHIP_TRANSITIONS.move_one(membership, MembershipState.ENDED, STALE, ended_at=now())
    _close_invitation(membership)
    if not invited:
        _tell_sessions_cut(membership, "ended")
    _line(actor, records.CANCELLED if invited else records.ENDED, membership, before=terms_of(membership))


def cut_sessions(*, actor: User) -> None:
    """« Se déconnecter partout »: every session of that person ends at its next request, this one included."""
    with transaction.atomic():
        cut_all_sessions(actor.pk)
        post_sessions_cut(actor, "asked")
        records.record_of_account(actor, records.SESSIONS_CUT, actor)


def record_rights_export(*, actor: Access, count: int, what: str) -> None:
    """Leaves the line of an exported list of rights: how many rows, and what was asked, in French."""
    lines = f"{count} ligne{'s' * (count > 1)}"
    record(actor, records.EXPORTED, object_kind="rights_list", object_id=None, lines=lines, what=what)


def _check_terms(
    actor: Access, role: Role, establishment_ids: Sites, starts_on: date | None, ends_on: date | None
) -> None:
    check_scope(role, establishment_ids)
    check_dates(starts_on, ends_on)
    check_grant(actor, role, establishment_ids)
    if set(establishment_ids or ()) - set(establishment_names(establishment_ids or ())):
        raise DomainError("Unknown site", "Un des établissements n'est pas du groupe.", "establishment_ids")


def _new_right(**values: Any) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(**values)
    except IntegrityError as error:
        raise DomainError(
            "Held already",
            "Cette adresse a déjà ce rôle dans le groupe, ou une invitation en cours : modifiez ce droit-là.",
            "email",
        ) from error


def _send_invitation(membership: Membership) -> Invitation:
    invitation = Invitation.objects.create(membership=membership, expires_at=now() + INVITATION_LASTS)
    post_invitation(invitation)
    return invitation


def _close_invitation(membership: Membership) -> None:
    invitation = open_invitation(membership)
    if invitation is not None:
        Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(cancelled_at=now())


def _use_once(invitation: Invitation) -> None:
    """Conditional update: of two clicks, one passes."""
    moment = now()
    usable = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=moment
    )
    if not usable.update(accepted_at=moment):
        raise DomainError(
            "Used, cancelled or expired",
            "Cette invitation a déjà servi, a été annulée ou date de plus de 7 jours : demandez-en une autre.",
        )


def _other_administrators(membership: Membership) -> int:
    """Locks them, so that two administrators ending each other's right at once cannot both succeed."""
    return sum(one.user_id != membership.user_id for one in lasting_administrators(membership.group_id))


def _waits_again(membership: Membership, role: Role, establishment_ids: Sites, ends_on: date | None) -> bool:
    return (
        membership.state == MembershipState.ACTIVE
        and needs_confirmation(establishment_ids)
        and widens(membership, role, establishment_ids, ends_on)
    )


def _write(membership: Membership, values: dict[str, Any]) -> None:
    rows = Membership.objects.filter(pk=membership.pk, state=membership.state)
    try:
        with transaction.atomic():
            written = rows.update(**values)
    except IntegrityError as error:
        raise DomainError("Held already", "Cette personne a déjà ce rôle dans le groupe.", "role") from error
    if not written:
        raise DomainError("Changed meanwhile", STALE)
    for name, value in values.items():
        setattr(membership, name, value)


def _tell_sessions_cut(membership: Membership, reason: str) -> None:
    """The holder's sessions lose their rights at once: even those opened for another group are asked to sign in again."""
    if membership.state != MembershipState.INVITED:
        cut_all_sessions(membership.user_id)
        post_sessions_cut(membership.user, reason)


def _line(actor: Actor, act: Act, membership: Membership, **values: Any) -> None:
    sites = membership.establishment_ids or []
    record(
        actor, act, object_kind="membership", object_id=membership.pk,
        establishment_id=sites[0] if len(sites) == 1 else None,
        holder=membership.shown_name, terms=spoken_terms(membership), **values,
    )  # fmt: skip
