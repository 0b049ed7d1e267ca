"""Who of a group is who in the national directory: tenant rows, apart from the national tables of models.py."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from identities.national_directory.states import LinkState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class LinkSource(models.TextChoices):
    NUMBER = "number", "numéro RPPS de la fiche"
    NAME_JOB_SITE = "name_job_site", "nom, profession et établissement"
    TYPED = "typed", "numéro saisi"
    AUTOMATIC = "automatic", "lien automatique"
    SIGN_IN = "sign_in", "connexion Pro Santé Connect"
    DERIVED = "derived", "fiche créée depuis l'Annuaire Santé"


class DirectoryLink(TenantRow):
    """One person of a group and one number of the directory: proposed, linked or refused, and by whom.

    `differences` are those that the last check found (`rules.Difference`), under `rule_version`. `reasons` are the
    sentences of a proposal; `seen` is what the directory said when it was decided: name, jobs, day of its file.
    `civil_status` is a code of TRE_R31, empty when nobody told: the open files do not.
    """

    person = models.ForeignKey(
        "people.Person", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    rpps = models.CharField("numéro RPPS", max_length=11)
    state = models.CharField("état", max_length=8, choices=LinkState.choices)
    source = models.CharField("source", max_length=13, choices=LinkSource.choices)
    reason = models.CharField("motif", max_length=300, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    rule_version = models.CharField(max_length=20, blank=True)
    differences = ArrayField(models.CharField(max_length=30), default=list)
    reasons = ArrayField(models.CharField(max_length=400), default=list)
    seen = models.JSONField(default=dict)
    civil_status = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            row_of_group("directory_link_of_group"),
            models.UniqueConstraint(fields=["group_id", "person", "rpps"], name="directory_link_once"),
            models.UniqueConstraint(
                fields=["group_id", "person"],
                condition=Q(state=LinkState.LINKED),
                name="directory_link_one_number",
            ),
            models.UniqueConstraint(
                fields=["group_id", "rpps"],
                condition=Q(state=LinkState.LINKED),
                name="directory_link_one_person",
            ),
        ]
        indexes = [models.Index(fields=["group_id", "state", "checked_at"], name="directory_link_to_check")]

    def __str__(self) -> str:
        return f"{self.rpps} ({self.get_state_display()})"
