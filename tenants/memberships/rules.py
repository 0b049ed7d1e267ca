"""Who may give, confirm, change and end a right. Facts that need the database are handed in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import GROUP_ONLY_ROLES, ROLE_PERMISSIONS, Permission, Role
from tenants.memberships.states import MembershipState

Sites = list[UUID] | None  # None: the whole group


def check_scope(role: Role, establishment_ids: Sites) -> None:
    """Refuses a right limited to no site, and a role of the whole group limited to some sites."""
    if establishment_ids is not None and not establishment_ids:
        raise DomainError(
            "No establishment",
            "Choisissez au moins un établissement, ou tout le groupe.",
            "establishment_ids",
        )
    if establishment_ids is not None and role in GROUP_ONLY_ROLES:
        raise DomainError(
            f"{role} is for the whole group",
            f"Le rôle « {role.label} » porte sur tout le groupe : choisissez « tout le groupe ».",
            "establishment_ids",
        )


def check_dates(starts_on: date | None, ends_on: date | None) -> None:
    """Refuses a right that ends before it starts, or before today (Paris)."""
    if ends_on is not None and ends_on < max(starts_on or ends_on, today()):
        raise DomainError(
            "Ends too early",
            "Le dernier jour du droit est déjà passé, ou précède son premier jour : corrigez la date de fin.",
            "ends_on",
        )


def _holds(access: Access, permission: Permission, establishment_ids: Sites) -> bool:
    held = access.establishments_for(permission)
    return held is None or (establishment_ids is not None and set(establishment_ids) <= set(held))


def check_grant(access: Access, role: Role, establishment_ids: Sites) -> None:
    """Nobody grants what they do not hold: every permission of the role, over all those establishments.

    Refuses (DomainError) also somebody who may not grant there at all.
    """
    if not _holds(access, Permission.MEMBERSHIPS_GRANT, establishment_ids):
        raise DomainError(
            f"{access.user.pk} may not grant there",
            "Vous ne pouvez pas donner ni retirer de droit sur ce périmètre : adressez-vous à un administrateur de groupe.",
        )
    lacking = [one for one in ROLE_PERMISSIONS[role] if not _holds(access, one, establishment_ids)]
    if lacking:
        raise DomainError(
            f"{access.user.pk} lacks {sorted(lacking)}",
            f"Vous ne pouvez pas donner le rôle « {role.label} » : il permet de "
            f"« {Permission(min(lacking)).label} », que vous ne pouvez pas faire vous-même sur tout ce périmètre.",
            "role",
        )


def can_grant(access: Access, role: Role, establishment_ids: Sites) -> bool:
    """Whether `check_grant` lets it pass."""
    try:
        check_grant(access, role, establishment_ids)
    except DomainError:
        return False
    return True


def needs_confirmation(establishment_ids: Sites) -> bool:
    """A right over the whole group waits for a second administrator."""
    return establishment_ids is None


@dataclass(frozen=True)
class Confirmer:
    """What must be known of the person who would confirm. `access`: their rights in force in that group.

    `is_founder`: they hold an accepted right of first administrator that waits too.
    """

    user: User
    access: Access
    is_founder: bool
    group_has_administrator: bool


def check_confirm(confirmer: Confirmer, membership: Membership) -> None:
    """A second administrator confirms: never the holder, never the one who granted it.

    While a group has no administrator in force, its first administrators may confirm each other and nobody else.
    """
    if membership.state != MembershipState.TO_CONFIRM:
        raise DomainError("Nothing to confirm", "Ce droit n'est pas, ou n'est plus, à confirmer.")
    if confirmer.user.pk == membership.user_id:
        raise DomainError(
            "Own right",
            "Vous ne pouvez pas confirmer votre propre droit : demandez à un autre administrateur.",
        )
    if confirmer.user.pk == membership.granted_by_id:
        raise DomainError(
            "Own grant",
            "Vous avez donné ce droit : un autre administrateur que vous doit le confirmer.",
        )
    founders = membership.is_founding and confirmer.is_founder and not confirmer.group_has_administrator
    holds = _holds(confirmer.access, Permission.MEMBERSHIPS_CONFIRM, None) and all(
        _holds(confirmer.access, one, membership.establishment_ids)
        for one in ROLE_PERMISSIONS[Role(membership.role)]
    )
    if not (holds or founders):
        raise DomainError(
            f"{confirmer.user.pk} may not confirm",
            "Seul un administrateur de groupe dont le droit est actif peut confirmer ce droit.",
        )


def can_confirm(confirmer: Confirmer, membership: Membership) -> bool:
    """Whether `check_confirm` lets it pass."""
    try:
        check_confirm(confirmer, membership)
    except DomainError:
        return False
    return True


def check_lasting_administrator(membership: Membership, others_lasting: int) -> None:
    """The group keeps an administrator: refuses to end, date or change the last one without an end date."""
    is_one = membership.role == Role.GROUP_ADMIN and membership.state == MembershipState.ACTIVE
    if is_one and not others_lasting:
        raise DomainError(
            "Last administrator",
            "C'est le dernier administrateur actif sans date de fin du groupe : "
            "invitez et faites confirmer un autre administrateur d'abord.",
        )


def check_end(access: Access, membership: Membership) -> None:
    """One may end what one could grant, or one's own right. Refuses (DomainError) what is ended already."""
    if membership.state == MembershipState.ENDED:
        raise DomainError("Already ended", "Ce droit est déjà terminé.")
    if membership.user_id != access.user.pk:
        check_grant(access, Role(membership.role), membership.establishment_ids)


def can_end(access: Access, membership: Membership) -> bool:
    """Whether `check_end` lets it pass."""
    try:
        check_end(access, membership)
    except DomainError:
        return False
    return True


def check_change(access: Access, membership: Membership) -> None:
    """One may change what one could grant, and never one's own right. Refuses (DomainError) what is ended."""
    check_end(access, membership)
    if membership.user_id == access.user.pk:
        raise DomainError(
            "Own right",
            "Vous ne pouvez pas modifier votre propre droit : demandez à un autre administrateur.",
        )


def can_change(access: Access, membership: Membership) -> bool:
    """Whether `check_change` lets it pass."""
    try:
        check_change(access, membership)
    except DomainError:
        return False
    return True


def widens(membership: Membership, role: Role, establishment_ids: Sites, ends_on: date | None) -> bool:
    """Whether the new terms allow anything that the right in place does not."""
    new_powers = not ROLE_PERMISSIONS[role] <= ROLE_PERMISSIONS[Role(membership.role)] or role in (
        GROUP_ONLY_ROLES - {Role(membership.role)}
    )
    held = membership.establishment_ids
    new_sites = held is not None and (establishment_ids is None or not set(establishment_ids) <= set(held))
    longer = membership.ends_on is not None and (ends_on is None or ends_on > membership.ends_on)
    return new_powers or new_sites or longer


def can_ask_reset(access: Access, membership: Membership) -> bool:
    """Whether the removal of the holder's second factors is offered; `check_reset` says the rest."""
    accepted = membership.state in (MembershipState.ACTIVE, MembershipState.TO_CONFIRM)
    return accepted and can_change(access, membership)


def check_reset(
    user: User, accesses: Mapping[UUID, Access], membership: Membership, rights: Collection[Membership]
) -> None:
    """One removes the second factors of those over whose every right one has power, never one's own.

    `accesses`: what `user` may do, by group. `rights`: all that the holder of `membership` holds or awaits, in every group.
    Refuses (DomainError) also a right that is over or not accepted, and the platform's operator.
    """
    if membership.user_id == user.pk:
        raise DomainError(
            "Own factors",
            "Vous ne pouvez pas retirer vous-même vos seconds facteurs : demandez à un autre administrateur.",
        )
    if membership.pk not in {one.pk for one in rights}:
        raise DomainError(
            "Not in force", "Ce droit n'est pas accepté, ou il est terminé : il n'y a rien à retirer."
        )
    held_over_all = all(
        one.group_id in accesses and can_grant(accesses[one.group_id], Role(one.role), one.establishment_ids)
        for one in rights
    )
    if membership.user.is_operator or not held_over_all:
        raise DomainError(
            f"{user.pk} has no power over every right of {membership.user_id}",
            "Cette personne a aussi des droits que vous n'administrez pas : "
            "demandez à l'exploitant de la plateforme de retirer ses seconds facteurs.",
        )


def check_reason(reason: str) -> None:
    """Refuses (DomainError) fewer than 10 characters or more than 300: a reason is read months later."""
    if not 10 <= len(reason.strip()) <= 300:
        raise DomainError(
            "No reason",
            "Dites en une phrase (10 à 300 caractères) pourquoi, et comment vous avez reconnu la personne.",
            "reason",
        )
