"""A second factor that was lost: taken away by an administrator or the operator, so that another is enrolled."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Actor, record
from tenants.memberships.access import Access
from tenants.memberships.accounts import cut_all_sessions
from tenants.memberships.letters import post_factors_removed
from tenants.memberships.models import Membership, User
from tenants.memberships.queries import accesses_of, own_rights
from tenants.memberships.records import FACTORS_REMOVED
from tenants.memberships.rules import check_reason, check_reset


def remove_second_factors(*, actor: Access, membership: Membership, reason: str) -> None:
    """Takes away every second factor and recovery code of the holder, cuts their sessions and tells them by mail.

    The next sign-in, by password, leads to enrolment. Runs in the group's door, whose journal gets the line. Refuses
    (DomainError) oneself, somebody with a right that the actor does not administer, nothing to remove, no reason.
    """
    check_reason(reason)
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=membership.user_id)
        check_reset(actor.user, accesses_of(actor.user), membership, own_rights(holder))
        kinds = _taken_from(holder, "by_administrator")
        record(
            actor, FACTORS_REMOVED, object_kind="membership", object_id=membership.pk, before={"kinds": kinds},
            holder=holder.full_name, reason=_spoken(reason),
        )  # fmt: skip


def remove_second_factors_as_operator(*, actor: Actor, user: User, reason: str) -> None:
    """The same for anybody, outside of any door: the platform's journal and that of each of their groups get the line.

    Refuses (DomainError) nothing to remove and no reason.
    """
    check_reason(reason)
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=user.pk)
        kinds = _taken_from(holder, "by_operator")
        for group_id in sorted({PLATFORM, *(one.group_id for one in own_rights(holder))}):
            with tenant(group_id):
                record(
                    actor, FACTORS_REMOVED, object_kind="user", object_id=holder.pk, before={"kinds": kinds},
                    holder=holder.full_name, reason=_spoken(reason),
                )  # fmt: skip


def _taken_from(holder: User, by: str) -> list[str]:
    """The holder's row is locked: of two clicks, one finds something."""
    found = Authenticator.objects.filter(user=holder)
    kinds = sorted(found.values_list("type", flat=True))
    if not kinds:
        raise DomainError(
            "No factor",
            "Cette personne n'a pas, ou n'a plus, de second facteur : elle en ajoutera un à sa prochaine connexion.",
        )
    found.delete()
    cut_all_sessions(holder.pk)
    post_factors_removed(holder, by)
    return kinds


def _spoken(reason: str) -> str:
    return " ".join(reason.split()).rstrip(" .")
