"""What binds an account to an identity held elsewhere: read before the tenant is known, so outside of row security."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.foundation.keys import uuid7
from tenants.sign_in.identifiers import IdentifierKind


class ExternalIdentity(models.Model):
    """One identifier, of one issuer, that opens one account. Kept after its end: `ended_at` says when it stopped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="external_identities")
    issuer = models.CharField("fournisseur", max_length=300)
    kind = models.CharField("type", max_length=10, choices=IdentifierKind.choices)
    value = models.CharField("identifiant", max_length=255)
    # The group whose provider it is; none for Pro Santé Connect, which is national.
    group_id = models.UUIDField(null=True)
    linked_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user"])]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "kind", "value"],
                condition=Q(ended_at__isnull=True),
                name="sign_in_externalidentity_one_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def door_name(self) -> str:
        """As screens and the journal name whose identity it is."""
        return "Compte du groupe" if self.group_id else "Pro Santé Connect"
