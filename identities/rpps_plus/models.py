"""The RPPS+ portal worked by hand: who may, and what was done there for each request."""

from django.db import models
from django.db.models import Q

from portal.foundation.tenancy.rows import TenantRow, row_of_group


class ManagerKind(models.TextChoices):
    LEGAL_REPRESENTATIVE = "legal", "représentant légal"
    MANDATARY = "mandatary", "mandataire"
    DESIGNATED = "designated", "désigné par le représentant légal"


# Entitled by what they are: neither designation nor training is asked of them.
ENTITLED = (ManagerKind.LEGAL_REPRESENTATIVE, ManagerKind.MANDATARY)


class RppsManager(TenantRow):
    """Gestionnaire RPPS+ of an entité juridique, or of one establishment: an account of the portal, and its conditions.

    Sources: ANS guides « je mets à jour… » (training, designation, card of the CPx family) and « je donne des
    habilitations » (one adhesion contract per EJ; centralised, or one gestionnaire and card per ET).
    """

    user_id = models.UUIDField()
    full_name = models.CharField("nom", max_length=200)
    kind = models.CharField("qualité", max_length=10, choices=ManagerKind.choices)
    legal_entity = models.ForeignKey(
        "groups.LegalEntity", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    establishment = models.ForeignKey(
        "groups.Establishment", models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    designated_on = models.DateField("désigné le", null=True, blank=True)
    designated_by = models.CharField("désigné par", max_length=200, blank=True)
    trained_on = models.DateField("formé le", null=True, blank=True)
    card_expires_on = models.DateField("carte valable jusqu'au", null=True, blank=True)
    ended_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "user_id", "legal_entity", "establishment"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="rpps_plus_rppsmanager_once",
            )
        ]

    def __str__(self) -> str:
        return self.full_name


class PortalEntry(TenantRow):
    """What is followed of a request in the portal beside its state: diploma, and what the Annuaire Santé says of the number.

    The diploma is declared checked, never uploaded (FAQ of the portal).
    """

    request = models.ForeignKey(
        "registrations.RegistrationRequest",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    establishment_id = models.UUIDField()
    degree_checked_at = models.DateTimeField(null=True)
    degree_checked_by_name = models.CharField(max_length=200, blank=True)
    verified_on = models.DateField("vu dans l'Annuaire Santé le", null=True)
    contradiction = models.CharField(max_length=300, blank=True)  # the number is there under another name
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            row_of_group("rpps_plus_portalentry_of_group"),
            models.UniqueConstraint(fields=["group_id", "request"], name="rpps_plus_portalentry_one"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"
