"""Who people are: one record per human being and group, with the civil traits that the PSI registration asks for."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, GeneratedField, Q

from portal.foundation.database import NameKey, SearchKey
from portal.foundation.partial_dates import french_birth_date
from portal.foundation.tenancy.rows import TenantRow, row_of_group


class Sex(models.TextChoices):
    FEMALE = "F", "féminin"
    MALE = "M", "masculin"
    UNKNOWN = "I", "indéterminé"


class Person(TenantRow):
    """A professional. Dates of birth are `AAAA-MM-JJ` with 00 for a month or a day that the civil registry lacks."""

    birth_name = models.CharField("nom de naissance", max_length=100)
    first_names = ArrayField(models.CharField(max_length=60), verbose_name="prénoms", default=list)
    usage_name = models.CharField("nom d'usage", max_length=100, blank=True)
    sex = models.CharField("sexe", max_length=1, choices=Sex.choices)
    birth_date = models.CharField("date de naissance", max_length=10, blank=True)
    birth_commune_code = models.CharField("commune de naissance", max_length=5, blank=True)
    birth_country_code = models.CharField("pays de naissance", max_length=5, blank=True)
    birth_place = models.CharField("lieu de naissance", max_length=100, blank=True)
    is_french = models.BooleanField("nationalité française", null=True, blank=True)
    phone = models.CharField("mobile", max_length=20, blank=True)
    has_no_phone = models.BooleanField("pas de téléphone", default=False)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    email = models.EmailField("courriel", blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    identity_changed_at = models.DateTimeField(
        null=True, blank=True
    )  # last change of a civil trait: later checks only hold
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="merged"
    )  # the record that goes on in its place; identities.duplicates writes it
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    name_key = GeneratedField(
        expression=NameKey(F("birth_name"), F("usage_name"), F("first_names")),
        output_field=models.TextField(),
        db_persist=True,
    )
    birth_name_key = GeneratedField(
        expression=SearchKey(F("birth_name")), output_field=models.TextField(), db_persist=True
    )
    usage_name_key = GeneratedField(
        expression=SearchKey(F("usage_name")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            row_of_group("people_person_of_group"),
            models.CheckConstraint(condition=~Q(birth_name=""), name="people_person_has_birth_name"),
            models.CheckConstraint(
                condition=Q(birth_date="")
                | Q(birth_date__regex=r"^[0-9]{4}-(0[0-9]|1[0-2])-([0-2][0-9]|3[01])$"),
                name="people_person_birth_date_shape",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="people_person_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["group_id", "name_key"]),
            models.Index(fields=["group_id", "birth_date"]),
            models.Index(fields=["group_id", "birth_name_key"]),
            models.Index(fields=["group_id", "usage_name_key"]),
            models.Index(fields=["group_id", "phone"], name="people_person_phone", condition=~Q(phone="")),
            models.Index(fields=["group_id", "email"], name="people_person_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """« MARTIN (usage DURAND) Jeanne »: birth name first, as on every French register; capitals are for display only."""
        usage = (
            f" (usage {self.usage_name.upper()})"
            if self.usage_name and self.usage_name != self.birth_name
            else ""
        )
        first = f" {self.first_names[0]}" if self.first_names else ""
        return f"{self.birth_name.upper()}{usage}{first}"

    @property
    def birth_date_shown(self) -> str:
        """« 01/02/1980 », « février 1950 », « 1950 »; empty when unknown."""
        return french_birth_date(self.birth_date)

    @property
    def phone_shown(self) -> str:
        """« 06 12 34 56 78 » for a French number; others as they are kept."""
        if not self.phone.startswith("+33"):
            return self.phone
        return " ".join(f"0{self.phone[3:]}"[rank : rank + 2] for rank in range(0, 10, 2))

    @property
    def birth_place_shown(self) -> str:
        """« Bourg-en-Bresse (01053) », « Rabat (99350) »; empty when unknown."""
        code = self.birth_commune_code or self.birth_country_code
        return f"{self.birth_place} ({code})" if self.birth_place and code else self.birth_place or code


class Visibility(models.Model):
    """Which site may see which person, until when. Kept by the triggers of assignments, written by nobody else."""

    pk = models.CompositePrimaryKey("group_id", "establishment_id", "person_id")
    group_id = models.UUIDField()
    establishment_id = models.UUIDField()
    person_id = models.UUIDField()
    visible_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["group_id", "person_id"])]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.establishment_id}"


class IdentifierKind(models.TextChoices):
    RPPS = "rpps", "RPPS"
    PSI = "psi", "identifiant PSI"
    MATRICULE = "matricule", "matricule RH"
    LOGIN = "login", "identifiant de connexion"
    LOCAL = "local", "identifiant local"


class PersonIdentifier(TenantRow):
    """A typed, dated identifier. `issuer` tells apart the matricules of several payrolls."""

    person = models.ForeignKey(
        Person, models.PROTECT, db_constraint=False, db_index=False, related_name="identifiers"
    )
    kind = models.CharField("type", max_length=10, choices=IdentifierKind.choices)
    issuer = models.CharField("émetteur", max_length=60, blank=True)
    value = models.CharField("valeur", max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "kind", "issuer", "value"],
                condition=Q(valid_to__isnull=True),
                name="people_personidentifier_one_holder",
            )
        ]
        indexes = [models.Index(fields=["group_id", "person"]), models.Index(fields=["group_id", "value"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class CheckMethod(models.TextChoices):
    FACE_TO_FACE = "face_to_face", "vu en face à face"
    PSC = "psc", "Pro Santé Connect"
    REMOTE = "remote", "vérification à distance certifiée"
    CARRIED_OVER = "carried_over", "contrôle antérieur repris"


class DocumentKind(models.TextChoices):
    IDENTITY_CARD = "identity_card", "carte nationale d'identité"
    PASSPORT = "passport", "passeport"
    RESIDENCE_PERMIT = "residence_permit", "titre de séjour"
    NONE = "none", "sans objet"


class RemoteMeans(models.TextChoices):
    FRANCE_CONNECT_PLUS = "franceconnect_plus", "FranceConnect+"
    CERTIFIED_SERVICE = "certified_service", "service certifié de vérification à distance (PVID)"
    CERTIFIED_MIE = "certified_mie", "autre moyen d'identification certifié eIDAS, substantiel ou élevé"


class EidasLevel(models.TextChoices):
    LOW = "low", "faible"
    SUBSTANTIAL = "substantial", "substantiel"
    HIGH = "high", "élevé"


class IdentityCheck(TenantRow):
    """Who checked which kind of document, when, how, at which eIDAS level. No number, no copy. Append-only.

    `remote_means`: of a remote check only. `carried_from`: where an earlier check was made, and `checked_at` its date.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, db_constraint=False, db_index=False, related_name="identity_checks"
    )
    method = models.CharField("méthode", max_length=14, choices=CheckMethod.choices)
    document_kind = models.CharField("document", max_length=18, choices=DocumentKind.choices)
    remote_means = models.CharField(
        "moyen", max_length=20, choices=RemoteMeans.choices, blank=True, default="", db_default=""
    )
    carried_from = models.CharField("repris de", max_length=120, blank=True, default="", db_default="")
    level = models.CharField("niveau", max_length=12, choices=EidasLevel.choices)
    checked_at = models.DateTimeField("le")
    checked_by = models.UUIDField()
    checked_by_name = models.CharField("par", max_length=200)
    establishment_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["group_id", "person", "-checked_at"])]

    def __str__(self) -> str:
        return f"{self.get_method_display()} ({self.get_level_display()})"

    @property
    def how(self) -> str:
        """« vu en face à face, passeport », « contrôle antérieur repris, EHPAD des Lilas »."""
        document = "" if self.document_kind == DocumentKind.NONE else self.get_document_kind_display()
        means = self.get_remote_means_display() if self.remote_means else ""
        return ", ".join(filter(None, (self.get_method_display(), means, self.carried_from, document)))


class HomonymDecision(TenantRow):
    """Two people kept apart on purpose, with the reason: never proposed again. Smaller id first."""

    person = models.ForeignKey(Person, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    reason = models.CharField("motif", max_length=300)
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.UUIDField()
    decided_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "person", "other"], name="people_homonymdecision_pair"
            ),
            models.CheckConstraint(condition=Q(person__lt=F("other")), name="people_homonymdecision_ordered"),
        ]

    def __str__(self) -> str:
        return self.reason


class Commune(models.Model):
    """INSEE commune: current, delegated, associated, or municipal district (COG, @etalab/decoupage-administratif).

    A delegated commune often keeps its code for the new one: 01033 is Valserhône, and Bellegarde-sur-Valserine before.
    """

    code = models.CharField(max_length=5)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=30)
    department = models.CharField(max_length=3)
    current_code = models.CharField(max_length=5, blank=True)
    postal_codes = models.CharField(max_length=200, blank=True)
    search_key = GeneratedField(
        expression=SearchKey(F("name")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "kind"], name="people_commune_code_kind")]
        indexes = [
            GinIndex(fields=["search_key"], name="people_commune_words", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.department})"


class Country(models.Model):
    """INSEE country code 99xxx with its latest name; the date is that of the name, never a reason to refuse."""

    code = models.CharField(primary_key=True, max_length=5)
    name = models.CharField(max_length=100)
    attached_to = models.CharField(max_length=5, blank=True)
    name_since = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    search_key = GeneratedField(
        expression=SearchKey(F("name")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        indexes = [models.Index(fields=["search_key"])]

    def __str__(self) -> str:
        return self.name
