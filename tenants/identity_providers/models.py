"""A group's own identity provider, the roles it may give, and the refusals of its factors."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.foundation.tenancy.rows import TenantRow, row_of_group
from tenants.identity_providers.factors import ProviderKind
from tenants.identity_providers.states import ProviderState
from tenants.memberships.permissions import Role


class IdentityProvider(TenantRow):
    """One per group. The secret is sealed; nobody reads it again."""

    label = models.CharField("nom de la porte", max_length=60)
    kind = models.CharField("logiciel", max_length=10, choices=ProviderKind.choices)
    issuer = models.CharField("adresse de découverte", max_length=300)
    client_id = models.CharField("identifiant du client", max_length=200)
    sealed_secret = models.TextField()
    extra_scopes = ArrayField(models.CharField(max_length=60), default=list)
    domains = ArrayField(models.CharField(max_length=253), default=list)
    # Its addresses are believed without `email_verified`, which Entra does not give.
    vouches = models.BooleanField(default=False)
    amr_proofs = models.JSONField(
        default=list
    )  # lists of values: all of one list, and two factors are proved
    acr_proofs = ArrayField(models.CharField(max_length=100), default=list)
    evidence = models.TextField(blank=True, default="")
    state = models.CharField(
        "état", max_length=10, choices=ProviderState.choices, default=ProviderState.DRAFT
    )
    findings = models.JSONField(default=list)  # of the last examination: {"level", "text"}
    checked_at = models.DateTimeField(null=True)  # the last one that found nothing wrong
    tried_at = models.DateTimeField(null=True)  # the last sign-in tried that proved two factors
    tried_by = models.ForeignKey(
        "memberships.User", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id"], name="identity_providers_one_per_group"),
            row_of_group("identity_providers_provider_of_group"),
        ]

    def __str__(self) -> str:
        return self.label


class RoleMapping(TenantRow):
    """« Whoever has this value in this claim holds this role », as an administrator who holds it decided."""

    provider = models.ForeignKey(
        IdentityProvider, models.PROTECT, related_name="mappings", db_constraint=False, db_index=False
    )
    claim = models.CharField("revendication", max_length=100)
    value = models.CharField("valeur", max_length=200)
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    establishment_ids = ArrayField(models.UUIDField(), null=True, blank=True)
    mapped_by = models.ForeignKey("memberships.User", models.PROTECT, db_index=False, related_name="+")
    mapped_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "provider", "claim", "value", "role"],
                name="identity_providers_one_mapping",
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim} = {self.value} : {self.get_role_display()}"


class FactorRefusal(TenantRow):
    """How often an answer did not prove two factors, for whoever writes the rules: no person in it."""

    provider = models.ForeignKey(
        IdentityProvider, models.PROTECT, related_name="refusals", db_constraint=False, db_index=False
    )
    code = models.CharField(max_length=30)
    received = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "provider", "code", "received"], name="identity_providers_one_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.received} × {self.count}"
