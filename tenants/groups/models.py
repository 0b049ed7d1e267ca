"""The customer and its places; and the national FINESS tables they are made from."""

from django.db import models
from django.db.models import F, GeneratedField, Q

from portal.foundation.database import SearchKey
from portal.foundation.keys import uuid7
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class Group(models.Model):
    """Organisme gestionnaire: the customer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("nom", max_length=200)
    slug = models.SlugField("adresse", max_length=60, unique=True)
    sites_see_other_sites = models.BooleanField("les sites voient les autres affectations", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class LegalEntity(TenantRow):
    """Entité juridique (FINESS EJ): holds the contract with the ANS."""

    finess = models.CharField("FINESS EJ", max_length=9)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    name = models.CharField("raison sociale", max_length=200)

    class Meta:
        constraints = [
            row_of_group("groups_legalentity_of_group"),
            models.UniqueConstraint(fields=["group_id", "finess"], name="groups_legalentity_finess"),
        ]

    def __str__(self) -> str:
        return self.name


class Establishment(TenantRow):
    """Établissement (FINESS ET): one site, the tenant of its manager."""

    legal_entity = models.ForeignKey(
        LegalEntity, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    finess = models.CharField("FINESS ET", max_length=9)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    name = models.CharField("nom", max_length=200)
    category_code = models.CharField("catégorie", max_length=4)
    address = models.CharField("adresse", max_length=300, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    department = models.CharField("département", max_length=3, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    closed_on = models.DateField("fermé le", null=True, blank=True)
    search_key = GeneratedField(
        expression=SearchKey(F("name")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            row_of_group("groups_establishment_of_group"),
            models.UniqueConstraint(fields=["group_id", "finess"], name="groups_establishment_finess"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="groups_establishment_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(TenantRow):
    """Service or unit of care inside an establishment; optional on an affectation."""

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, db_constraint=False, db_index=False, related_name="units"
    )
    name = models.CharField("nom", max_length=120)

    class Meta:
        constraints = [
            row_of_group("groups_unit_of_group"),
            models.UniqueConstraint(fields=["group_id", "establishment", "name"], name="groups_unit_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FinessCategory(models.Model):
    """Establishment category (NOS TRE_R66 / FINESS flux cs1500106), as facts."""

    code = models.CharField(primary_key=True, max_length=4)
    label = models.CharField(max_length=200)
    short_label = models.CharField(max_length=120)
    acronym = models.CharField(max_length=60, blank=True)
    domain = models.CharField(max_length=3)
    aggregate_code = models.CharField(max_length=4)
    aggregate_label = models.CharField(max_length=200)
    is_esms = models.BooleanField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return self.acronym or self.short_label


class FinessLegalEntity(models.Model):
    """National EJ, as last loaded."""

    finess = models.CharField(primary_key=True, max_length=9)
    siren = models.CharField(max_length=9, blank=True)
    name = models.CharField(max_length=200)
    long_name = models.CharField(max_length=300, blank=True)
    legal_status = models.CharField(max_length=4, blank=True)
    address = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    city = models.CharField(max_length=100, blank=True)
    commune_code = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    is_closed = models.BooleanField(default=False)  # said by the file, even without a closing date
    updated_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class FinessEstablishment(models.Model):
    """National ET, as last loaded."""

    finess = models.CharField(primary_key=True, max_length=9)
    legal_entity_finess = models.CharField(max_length=9, db_index=True)
    siret = models.CharField(max_length=14, blank=True)
    name = models.CharField(max_length=200)
    long_name = models.CharField(max_length=300, blank=True)
    category_code = models.CharField(max_length=4)
    address = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    city = models.CharField(max_length=100, blank=True)
    commune_code = models.CharField(max_length=5, blank=True)
    department = models.CharField(max_length=3, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    is_closed = models.BooleanField(default=False)  # said by the file, even without a closing date
    updated_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class FinessLoad(models.Model):
    """What one load of a national file read, kept, refused and changed."""

    source_name = models.CharField(max_length=255)
    file_format = models.CharField(max_length=20)
    file_date = models.DateField(null=True)
    loaded_at = models.DateTimeField(auto_now_add=True)
    rows_read = models.PositiveIntegerField()
    rows_kept = models.PositiveIntegerField()
    rows_refused = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.source_name} ({self.loaded_at:%d/%m/%Y})"
