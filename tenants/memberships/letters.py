"""The mails of this room, posted with the act that causes them: ids only, handlers.py says the rest when they leave."""

from portal.dispatch.mail import post_mail
from portal.foundation.clock import now
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.queries import in_force


def post_invitation(invitation: Invitation) -> None:
    post_mail(
        template="invitation",
        to_user_id=invitation.membership.user_id,
        context={"invitation_id": str(invitation.pk)},
    )


def post_to_confirm(membership: Membership) -> None:
    """To every administrator who could confirm; the granter and the holder could not."""
    could = Membership.objects.filter(
        in_force(), group_id=membership.group_id, role=Role.GROUP_ADMIN
    ).exclude(user_id__in=[one for one in (membership.user_id, membership.granted_by_id) if one])
    for user_id in could.order_by("user_id").values_list("user_id", flat=True):
        post_mail(
            template="membership_to_confirm",
            to_user_id=user_id,
            context={"membership_id": str(membership.pk)},
        )


def post_confirmed(membership: Membership) -> None:
    post_mail(
        template="membership_confirmed",
        to_user_id=membership.user_id,
        context={"membership_id": str(membership.pk)},
    )


def post_sessions_cut(user: User, reason: str) -> None:
    """`reason`: a key of handlers.CUT_REASONS."""
    post_mail(
        template="sessions_cut",
        to_user_id=user.pk,
        context={"reason": reason, "cut_at": now().isoformat()},
    )


def post_factors_removed(user: User, by: str) -> None:
    """`by`: by_administrator or by_operator."""
    post_mail(
        template="security_notice",
        to_user_id=user.pk,
        context={"event": f"second_factors_removed_{by}"},
    )
