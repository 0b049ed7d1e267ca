"""Requests for a national identity: one row per person and route, one row per block, what happened, what came back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from identities.registrations.states import OPEN_STATES, BlockState, RequestState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class Route(models.TextChoices):
    PSI = "psi", "API Pro Santé Identité"
    PORTAL = "portal", "portail RPPS+"
    SELF = "self", "auto-enregistrement"


class BlockKind(models.TextChoices):
    IDENTITY = "identity", "identité"
    EMPLOYMENT = "employment", "emploi"
    ACTIVITY_START = "activity_start", "début d'activité"
    ACTIVITY_STOP = "activity_stop", "fin d'activité"
    CARD_PSI = "card_psi", "carte PSI"
    CARD_CPS = "card_cps", "carte CPS"


class ActivityEndReason(models.TextChoices):
    """JDV_J92 (TRE_R25): why an activity stops. Codes and labels are the ANS's."""

    OTHER = "AUT", "Autre motif"
    ACTIVITY = "CHA", "Changement d'activité"
    PLACE = "CHL", "Changement de lieu d'exercice"
    PROFESSION = "CHP", "Changement de profession"
    DEATH = "DCD", "Décès"
    ABROAD = "ETR", "Départ à l'étranger"
    HOSPITAL_RETIREMENT = "RH", "Retraite hospitalière"
    LIBERAL_RETIREMENT = "RL", "Retraite libérale"
    SALARIED_RETIREMENT = "RS", "Retraite salariée"


class RegistrationRequest(TenantRow):
    """A person to register, or an activity to stop, by one route, for one establishment.

    `payload` is the frozen copy of what was sent (or typed in the portal), in the shape of API PSI; it changes only when a
    person sends again. `attempt` counts the sends; an answer to an earlier one changes nothing.
    """

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="registrations"
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )  # the stay that it was prepared for
    function = models.ForeignKey(
        "assignments.NationalFunction", models.PROTECT, db_index=False, related_name="+"
    )
    route = models.CharField("voie", max_length=8, choices=Route.choices)
    state = models.CharField("état", max_length=12, choices=RequestState.choices)
    starts_on = models.DateField("début", null=True)
    ends_on = models.DateField("fin", null=True)
    end_reason = models.CharField("motif de fin", max_length=3, choices=ActivityEndReason.choices, blank=True)
    practice_mode = models.CharField("mode d'exercice", max_length=1, blank=True)  # JDV_J117
    activity_genre = models.CharField("genre d'activité", max_length=6, blank=True)  # JDV_J116
    category = models.CharField("catégorie professionnelle", max_length=1, blank=True)  # JDV_J118
    card_address = models.JSONField(default=dict)  # of a PSI card, in the contract's words
    missing = models.JSONField(default=list)  # what a complete request still lacks, as French sentences
    payload = models.JSONField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    divergences = ArrayField(
        models.CharField(max_length=20), default=list
    )  # traits that the RNIPP has otherwise
    rpps_numbers = ArrayField(models.CharField(max_length=11), default=list)
    psi_identifier = models.CharField(max_length=36, blank=True)
    reason = models.CharField(
        "motif", max_length=300, blank=True
    )  # of a refusal or withdrawal, for the screen
    batch_id = models.UUIDField(null=True)  # prepared or sent together
    created_at = models.DateTimeField("préparée le", auto_now_add=True)
    created_by = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    numbered_on = models.DateField("numéro obtenu le", null=True)
    ecps_on = models.DateField("e-CPS active le", null=True)  # declared by the person, or seen at a sign-in

    class Meta:
        constraints = [
            row_of_group("registrations_registrationrequest_of_group"),
            models.UniqueConstraint(
                fields=["group_id", "person", "route"],
                condition=Q(state__in=OPEN_STATES),
                name="registrations_registrationrequest_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="registrations_registrationrequest_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(payload__isnull=False)
                | Q(state__in=[RequestState.DRAFT, RequestState.READY, RequestState.WITHDRAWN]),
                name="registrations_registrationrequest_sent_is_frozen",
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "establishment", "state", "created_at"]),
            models.Index(fields=["group_id", "state", "created_at"]),
            models.Index(fields=["group_id", "person"]),
            models.Index(fields=["group_id", "batch_id"], name="registrations_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()} {self.pk}"


class RequestBlock(TenantRow):
    """One part of a request and how it ended. `text`: the remote's own words, of an unknown code; never a trait."""

    request = models.ForeignKey(
        RegistrationRequest, models.PROTECT, db_constraint=False, db_index=False, related_name="blocks"
    )
    establishment_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=BlockKind.choices)
    state = models.CharField(max_length=12, choices=BlockState.choices, default=BlockState.ASKED)
    code = models.CharField(max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "request", "kind"], name="registrations_requestblock_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class RequestEvent(TenantRow):
    """Append-only timeline: who changed the state, from what to what, in a sentence without any trait."""

    request = models.ForeignKey(
        RegistrationRequest, models.PROTECT, db_constraint=False, db_index=False, related_name="events"
    )
    establishment_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    sentence = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["group_id", "request", "at"])]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class RnippEcho(TenantRow):
    """The civil status that the RNIPP gave back, sealed; deleted when the request ends."""

    request = models.ForeignKey(
        RegistrationRequest, models.PROTECT, db_constraint=False, db_index=False, related_name="echos"
    )
    establishment_id = models.UUIDField()
    sealed = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "request"], name="registrations_rnippecho_one")
        ]

    def __str__(self) -> str:
        return f"echo {self.pk}"


class RnippDeath(TenantRow):
    """The RNIPP says that this person has died: sealed, shut to sites, shown one by one to those entitled."""

    request = models.ForeignKey(
        RegistrationRequest, models.PROTECT, db_constraint=False, db_index=False, related_name="deaths"
    )
    sealed = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "request"], name="registrations_rnippdeath_one")
        ]

    def __str__(self) -> str:
        return f"news {self.pk}"


class RegistrationSettings(TenantRow):
    """What a group chose; no row: the defaults. Agency staff: no text settles who registers them, so the group says."""

    class AgencyStaff(models.TextChoices):
        UNSETTLED = "unsettled", "à décider : personne n'est proposé"
        HERE = "here", "l'établissement les enregistre"
        AGENCY = "agency", "leur agence les enregistre"

    agency_staff = models.CharField(
        "personnel d'agence", max_length=10, choices=AgencyStaff.choices, default=AgencyStaff.UNSETTLED
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id"], name="registrations_registrationsettings_one")
        ]

    def __str__(self) -> str:
        return self.get_agency_staff_display()
