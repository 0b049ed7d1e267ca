"""Accounts and rights: read before the tenant is known, so outside of row security (tests/house says why)."""

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from portal.foundation.keys import uuid7
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState


class UserManager(BaseUserManager["User"]):
    """Accounts are found by their e-mail in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. Which group they see comes from their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField("adresse électronique", unique=True)
    full_name = models.CharField("prénom et nom", max_length=200)
    is_operator = models.BooleanField("exploitant de la plateforme", default=False)
    is_active = models.BooleanField("actif", default=True)
    # When its invitation was first accepted; an account that waits for that has none.
    opened_at = models.DateTimeField(null=True, db_default=Now(), editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(opened_at__isnull=False),
                name="memberships_user_opened_if_active",
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def actor_id(self) -> UUID:
        return self.pk

    @property
    def actor_name(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """Django drops a session whose hash differs: raising `session_epoch` cuts them all at once."""
        seed = f"{self.password}:{self.session_epoch}"
        return salted_hmac("tenants.memberships.User.session", seed, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """One role of one user in one group, for all its establishments (None) or some, until a date or without end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group_id = models.UUIDField()
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    establishment_ids = ArrayField(models.UUIDField(), null=True, blank=True)
    state = models.CharField(
        "état", max_length=12, choices=MembershipState.choices, default=MembershipState.INVITED
    )
    starts_on = models.DateField("à partir du", null=True, blank=True)
    ends_on = models.DateField("jusqu'au", null=True, blank=True)
    # As the inviter typed it, emptied on acceptance: an account known elsewhere tells nothing before.
    invited_as = models.CharField("nom donné à l'invitation", max_length=200, blank=True, default="")
    is_founding = models.BooleanField("premier administrateur du groupe", default=False)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The group's identity provider whose claims this right follows; none for a right that a person gave.
    granted_by_provider = models.UUIDField(null=True)
    granted_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "group_id"]), models.Index(fields=["group_id", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(establishment_ids__len=0), name="memberships_membership_some_site_or_all"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("user")),
                name="memberships_membership_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="memberships_membership_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["group_id", "user", "role"],
                condition=~Q(state=MembershipState.ENDED),
                name="memberships_membership_one_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.get_state_display()})"

    @property
    def shown_name(self) -> str:
        """Who holds this right: the name typed by the inviter until they accept, their own afterwards."""
        return self.invited_as or self.user.full_name

    @property
    def is_group_wide(self) -> bool:
        return self.establishment_ids is None

    def covers(self, establishment_id: UUID) -> bool:
        """Whether this right reaches that establishment."""
        return self.establishment_ids is None or establishment_id in self.establishment_ids


class Invitation(models.Model):
    """One link, one use, to take up a right. The link carries a signature of `id`, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="memberships_invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
