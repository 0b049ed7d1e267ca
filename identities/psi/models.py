"""The connection of a group to API PSI: its key, how its establishments are named, whether it may send now."""

from django.db import models

from portal.foundation.tenancy.rows import TenantRow


class EstablishmentFormat(models.TextChoices):
    """How `issuingEstablishment` is written. The text says 9 or 14 digits, nearly every published example has one more."""

    FINESS = "finess", "FINESS de l'établissement, 9 caractères"
    SIRET = "siret", "SIRET de l'établissement, 14 chiffres"
    PREFIXED_FINESS = "1finess", "1 puis le FINESS de l'établissement, 10 caractères"
    PREFIXED_SIRET = "3siret", "3 puis le SIRET de l'établissement, 15 chiffres"
    LEGAL_FINESS = "finess_ej", "FINESS de l'entité juridique, 9 caractères"
    PREFIXED_LEGAL_FINESS = "1finess_ej", "1 puis le FINESS de l'entité juridique, 10 caractères"


class Connection(TenantRow):
    """One per group. The key is sealed; of it only the last characters are ever shown.

    Stopped by a person or by a refused key, until a person resumes; paused by failures in a row, until `paused_until`.
    `next_call_at` spaces the calls of every worker.
    """

    sealed_key = models.TextField(blank=True)
    key_end = models.CharField("fin de la clé", max_length=4, blank=True)
    key_set_at = models.DateTimeField(null=True)
    key_set_by_name = models.CharField(max_length=200, blank=True)
    establishment_format = models.CharField(
        "numéro d'établissement envoyé",
        max_length=12,
        choices=EstablishmentFormat.choices,
        default=EstablishmentFormat.PREFIXED_FINESS,
    )
    is_stopped = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)
    stopped_by_name = models.CharField(max_length=200, blank=True)
    stop_reason = models.CharField("motif de l'arrêt", max_length=300, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=300, blank=True)
    last_success_at = models.DateTimeField(null=True)
    next_call_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    tested_ok = models.BooleanField(null=True)
    tested_said = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id"], name="psi_connection_one")]

    def __str__(self) -> str:
        return f"PSI …{self.key_end}"
