"""Accounts and rights that follow the claims of a group's identity provider; what people gave is never touched."""

from collections.abc import Collection, Mapping
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F, QuerySet

from portal.foundation.clock import now
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Act, Actor, record
from tenants.memberships.accounts import cut_all_sessions
from tenants.memberships.letters import post_to_confirm
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.rules import Sites, needs_confirmation
from tenants.memberships.spoken import spoken_terms, terms_of
from tenants.memberships.states import MEMBERSHIP_TRANSITIONS, MembershipState

GRANTED = Act("membership_granted_by_provider", "{actor} a donné un droit à {holder} : {terms}. {following}")
FOLLOWED = Act(
    "membership_followed_provider", "{actor} a modifié le droit de {holder} : {terms}. {following}"
)
ENDED = Act("membership_ended_by_provider", "{actor} a mis fin au droit de {holder} : {terms}.")
OPENED = Act("account_opened_by_provider", "{actor} a ouvert le compte de {holder}.")
WAITS = "Un second administrateur doit le confirmer."

Wanted = Mapping[Role, tuple[Sites, UUID]]  # role → its establishments, and the administrator who mapped it


def account_of_address(email: str) -> User | None:
    """Any account of that address, opened or not."""
    return User.objects.filter(email=email).first()


def open_account_by_provider(*, actor: Actor, email: str, full_name: str) -> User:
    """An account without a password, for somebody whom the group's provider has proved; in the group's door.

    Refuses (IntegrityError) an address that has an account.
    """
    user = User(email=email, full_name=full_name, opened_at=now())
    user.set_unusable_password()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    record(actor, OPENED, object_kind="user", object_id=user.pk, holder=full_name)
    return user


def grant_by_provider(*, actor: Actor, user: User, provider_id: UUID, wanted: Wanted) -> bool:
    """Brings the rights that this provider gave to `user` to what its claims say now, in the group's door. Says whether
    anything was taken away: the account's sessions are then cut.

    A right over the whole group waits for a second administrator, who is not the one who mapped it. A role that a person
    gave is left as it is; the administration of the group is never given.
    """
    User.objects.select_for_update().get(pk=user.pk)
    own = {Role(one.role): one for one in _rights_of(provider_id).filter(user=user)}
    kept = {role: terms for role, terms in wanted.items() if role != Role.GROUP_ADMIN}
    given = set(_given_by_people(user))
    taken = [_end(actor, right) for role, right in own.items() if role not in kept]
    taken += [_bring(actor, own[role], *terms) for role, terms in kept.items() if role in own]
    for role, terms in kept.items():
        if role not in own and role not in given:
            _grant(actor, user, provider_id, role, *terms)
    if any(taken):
        cut_all_sessions(user.pk)
    return any(taken)


def end_rights_by_provider(*, actor: Actor, provider_id: UUID, role: Role) -> int:
    """Ends every right of that role which this provider gave, since nothing gives it any more, and cuts the sessions of
    their holders. Says how many."""
    rights = list(_rights_of(provider_id).filter(role=role).select_related("user"))
    for right in rights:
        _end(actor, right)
    cut_sessions_of([one.user_id for one in rights])
    return len(rights)


def cut_sessions_of(user_ids: Collection[UUID]) -> None:
    """Every session of those accounts ends at its next request."""
    User.objects.filter(pk__in=list(user_ids)).update(session_epoch=F("session_epoch") + 1)


def _rights_of(provider_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.filter(group_id=current_group_id(), granted_by_provider=provider_id).exclude(
        state=MembershipState.ENDED
    )


def _given_by_people(user: User) -> list[Role]:
    rows = Membership.objects.filter(group_id=current_group_id(), user=user, granted_by_provider__isnull=True)
    return [Role(one) for one in rows.exclude(state=MembershipState.ENDED).values_list("role", flat=True)]


def _grant(
    actor: Actor, user: User, provider_id: UUID, role: Role, establishment_ids: Sites, mapped_by: UUID
) -> None:
    waits = needs_confirmation(establishment_ids)
    right = Membership.objects.create(
        group_id=current_group_id(), user=user, role=role, establishment_ids=establishment_ids,
        state=MembershipState.TO_CONFIRM if waits else MembershipState.ACTIVE,
        granted_by_id=mapped_by, granted_by_provider=provider_id,
    )  # fmt: skip
    _tell(actor, GRANTED, right, waits)


def _bring(actor: Actor, right: Membership, establishment_ids: Sites, mapped_by: UUID) -> bool:
    """To those establishments. Says whether some were taken away."""
    before = terms_of(right)
    held = right.establishment_ids
    if (held and set(held)) == (establishment_ids and set(establishment_ids)):
        return False
    waits = needs_confirmation(establishment_ids)
    right.establishment_ids, right.granted_by_id = establishment_ids, mapped_by
    right.state = MembershipState.TO_CONFIRM if waits else MembershipState.ACTIVE
    right.confirmed_by, right.confirmed_at = None, None
    right.save(update_fields=["establishment_ids", "granted_by", "state", "confirmed_by", "confirmed_at"])
    _tell(actor, FOLLOWED, right, waits, before=before)
    return held is None or (establishment_ids is not None and not set(held) <= set(establishment_ids))


def _end(actor: Actor, right: Membership) -> bool:
    rows = Membership.objects.filter(pk=right.pk)
    ended = bool(MEMBERSHIP_TRANSITIONS.move(rows, MembershipState.ENDED, ended_at=now()))
    if ended:
        _line(actor, ENDED, right, before=terms_of(right))
    return ended


def _tell(actor: Actor, act: Act, right: Membership, waits: bool, **values: object) -> None:
    if waits:
        post_to_confirm(right)
    _line(actor, act, right, after=terms_of(right), following=WAITS if waits else "", **values)


def _line(actor: Actor, act: Act, right: Membership, **values: object) -> None:
    sites = right.establishment_ids or []
    record(
        actor, act, object_kind="membership", object_id=right.pk,
        establishment_id=sites[0] if len(sites) == 1 else None,
        holder=right.user.full_name, terms=spoken_terms(right), **values,
    )  # fmt: skip
