"""Self-registrations: the path of a person, the personal links that open it, the codes that prove a contact."""

from django.db import models
from django.db.models import Q

from identities.self_registrations.states import OPEN_STATES, PathState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class Channel(models.TextChoices):
    EMAIL = "email", "courriel envoyé par le portail"
    SMS = "sms", "SMS envoyé par le site"


class Contact(models.TextChoices):
    EMAIL = "email", "courriel"
    PHONE = "phone", "mobile"


class SelfRegistration(TenantRow):
    """Somebody invited to register by themself at the national service, until the establishment confirms it.

    `sealed_remarks`: what they wrote otherwise than a verified identity has it (`remarks.py`), until the path ends.
    `confirm_by`: 30 calendar days after `enrolled_on`.
    """

    person = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="self_registrations",
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    request = models.ForeignKey(
        "registrations.RegistrationRequest",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="self_registrations",
    )
    confirming_request = models.ForeignKey(
        "registrations.RegistrationRequest",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )  # by API PSI, when that is how the establishment confirms
    state = models.CharField("état", max_length=10, choices=PathState.choices, default=PathState.INVITED)
    sealed_remarks = models.TextField(blank=True)
    invited_at = models.DateTimeField("invité le")
    invited_by = models.UUIDField(null=True)
    invited_by_name = models.CharField("invité par", max_length=200)
    traits_at = models.DateTimeField(null=True)  # the person confirmed or corrected their civil traits
    filled_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    enrolled_on = models.DateField("auto-enregistré le", null=True)
    declared_by_name = models.CharField(max_length=200, blank=True)
    confirm_by = models.DateField("à confirmer d'ici au", null=True)
    ended_at = models.DateTimeField(null=True)  # confirmed, expired or withdrawn

    class Meta:
        constraints = [
            row_of_group("self_registrations_selfregistration_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "person"],
                condition=Q(state__in=OPEN_STATES),
                name="self_registrations_selfregistration_one_open",
            ),
            models.CheckConstraint(
                condition=Q(enrolled_on=None, confirm_by=None)
                | Q(enrolled_on__isnull=False, confirm_by__isnull=False),
                name="self_registrations_selfregistration_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "establishment", "state", "confirm_by"]),
            models.Index(fields=["group_id", "state", "confirm_by"]),
            models.Index(fields=["group_id", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.pk}"


class PersonalLink(TenantRow):
    """What opens a self-registration to the person, once. Only hashes: of the token, then of the device that opened it.

    `token_hash` is empty until the mail leaves; `sent_to` is the address or mobile that the link was meant for.
    """

    registration = models.ForeignKey(
        SelfRegistration, models.PROTECT, db_constraint=False, db_index=False, related_name="links"
    )
    establishment_id = models.UUIDField()
    channel = models.CharField("par", max_length=5, choices=Channel.choices)
    sent_to = models.CharField(max_length=254)
    token_hash = models.CharField(max_length=64, blank=True)
    device_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "registration"],
                condition=Q(revoked_at=None),
                name="self_registrations_personallink_one",
            ),
            models.UniqueConstraint(
                fields=["group_id", "token_hash"],
                condition=~Q(token_hash=""),
                name="self_registrations_personallink_token",
            ),
            models.UniqueConstraint(
                fields=["group_id", "device_hash"],
                condition=~Q(device_hash=""),
                name="self_registrations_personallink_device",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class ContactCode(TenantRow):
    """The last six-digit code given for one contact, hashed with a key of the portal; `value` is what it would prove."""

    registration = models.ForeignKey(
        SelfRegistration, models.PROTECT, db_constraint=False, db_index=False, related_name="codes"
    )
    establishment_id = models.UUIDField()
    contact = models.CharField(max_length=5, choices=Contact.choices)
    value = models.CharField(max_length=254)
    code_hash = models.CharField(max_length=64, blank=True)
    given = models.PositiveSmallIntegerField(default=0)  # codes asked for, in all
    tries = models.PositiveSmallIntegerField(default=0)  # wrong ones typed since the last was given
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "registration", "contact"], name="self_registrations_contactcode_one"
            )
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"
