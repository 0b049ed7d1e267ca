"""A campaign that checks the links of a group again, and the numbers that it has to ask the API about."""

from django.db import models
from django.db.models import Q

from identities.national_directory.states import OPEN_CAMPAIGNS, CampaignState, LookupState
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class CampaignScope(models.TextChoices):
    DUE = "due", "les liens dont la vérification est à refaire"
    ALL = "all", "tous les liens"


class Campaign(TenantRow):
    """One check of the links of a group: from the loaded files first, then by the API for those that they do not settle.

    Counts are of people, but `calls`: requests sent to the API, tries again included. `due`: how many were to be checked;
    `by_files` and `by_api`: how many were; `failed`: asked several times without a usable answer; `changed`: of whom the
    directory says something else than before. `file_date`: the day of the files (none: not used).
    """

    state = models.CharField("état", max_length=8, choices=CampaignState.choices, default=CampaignState.FILES)
    scope = models.CharField("étendue", max_length=3, choices=CampaignScope.choices)
    rule_version = models.CharField("règle", max_length=20)
    with_api = models.BooleanField(default=False)
    file_date = models.DateField(null=True)
    started_by = models.UUIDField(null=True)
    started_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    by_files = models.PositiveIntegerField(default=0)
    by_api = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    pauses = models.PositiveSmallIntegerField(default=0)  # in a row, without one answer
    paused_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it waits or was stopped, in French

    class Meta:
        constraints = [
            row_of_group("directory_campaign_of_group"),
            models.UniqueConstraint(
                fields=["group_id"],
                condition=Q(state__in=OPEN_CAMPAIGNS),
                name="directory_campaign_one_open",
            ),
        ]
        indexes = [models.Index(fields=["group_id", "-started_at"], name="directory_campaign_last")]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} ({self.started_at:%d/%m/%Y})"


class Lookup(TenantRow):
    """One number that a campaign has to ask the API about; `asked_until`: it may be asked again after that."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_constraint=False, db_index=False, related_name="lookups"
    )
    link = models.ForeignKey(
        "national_directory.DirectoryLink",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    rpps = models.CharField(max_length=11)
    state = models.CharField(max_length=8, choices=LookupState.choices, default=LookupState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_until = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "campaign", "link"], name="directory_lookup_once")
        ]
        indexes = [models.Index(fields=["group_id", "campaign", "state", "id"], name="directory_lookup_next")]

    def __str__(self) -> str:
        return f"{self.rpps} ({self.get_state_display()})"
