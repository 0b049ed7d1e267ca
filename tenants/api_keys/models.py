"""Keys of the software of a group. What a key says is never kept: only its digest."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.foundation.tenancy.rows import TenantRow


class Scope(models.TextChoices):
    """What software may do: one word per kind of route, and none without a route."""

    HR_PUSH = "hr_push", "envoyer les fichiers RH"


class RefusedFor(models.TextChoices):
    """Why a key that we gave was last refused."""

    SECRET = "secret", "un secret qui ne vaut plus"
    EXPIRED = "expired", "la clé est expirée"
    REVOKED = "revoked", "la clé est révoquée"
    SCOPE = "scope", "un appel que la clé ne permet pas"


class ApiKey(TenantRow):
    """One program of the group. After a rotation its former secret lives on, until `previous_until`.

    `limited_to`: ids of what it may touch, as the room of its scope reads them; None: everything its scope allows.
    """

    name = models.CharField("nom du logiciel", max_length=60)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name="ce qu'elle permet"
    )
    limited_to = ArrayField(models.UUIDField(), null=True, blank=True)
    digest = models.CharField(max_length=64)
    ending = models.CharField(max_length=4)  # of the secret, so that people tell two apart
    previous_digest = models.CharField(max_length=64, blank=True)
    previous_ending = models.CharField(max_length=4, blank=True)
    previous_until = models.DateTimeField(null=True)
    expires_on = models.DateField("expire le")  # the last day it opens
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    secret_at = models.DateTimeField()  # of the secret in force
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    last_refused_at = models.DateTimeField(null=True)
    last_refused_for = models.CharField(max_length=10, choices=RefusedFor.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group_id", "name"], name="api_keys_apikey_name"),
            models.CheckConstraint(condition=~Q(scopes__len=0), name="api_keys_apikey_some_scope"),
            models.CheckConstraint(
                condition=Q(previous_digest="", previous_until__isnull=True)
                | (~Q(previous_digest="") & Q(previous_until__isnull=False)),
                name="api_keys_apikey_previous_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def reaches(self, object_id: UUID) -> bool:
        """Whether its limits leave that object in reach."""
        return self.limited_to is None or object_id in self.limited_to

    @property
    def scope_labels(self) -> list[Any]:
        return [Scope(one).label for one in self.scopes]
