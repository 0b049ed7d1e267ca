"""The national directory of health professionals (Annuaire Santé, open files) as last loaded, and its loads.

The national tables are swapped whole by `loading.py`: no foreign key points to them, and none of them belongs to a group.
The open files carry no birth date and no state of certification.
"""

from django.db import models

from identities.national_directory.campaign_models import Campaign as Campaign
from identities.national_directory.campaign_models import CampaignScope as CampaignScope
from identities.national_directory.campaign_models import Lookup as Lookup
from identities.national_directory.link_models import DirectoryLink as DirectoryLink
from identities.national_directory.link_models import LinkSource as LinkSource


class FileKind(models.TextChoices):
    """The five open extraction files."""

    ACTIVITIES = "activities", "personnes et activités"
    KNOW_HOW = "know_how", "savoir-faire"
    DEGREES = "degrees", "diplômes et autorisations d'exercice"
    CARDS = "cards", "cartes CPS et CPF"
    MAILBOXES = "mailboxes", "boîtes MSSanté"


class ChangeKind(models.TextChoices):
    APPEARED = "appeared", "apparu"
    CLOSED = "closed", "disparu"
    CHANGED = "changed", "modifié"


class NationalPerson(models.Model):
    """A professional under their exercise name. `number` is the national number alone (RPPS when `number_type` is 8)."""

    number = models.TextField(primary_key=True)
    number_type = models.TextField()
    civility = models.TextField()
    name = models.TextField()
    first_name = models.TextField()
    name_key = models.TextField()
    first_name_key = models.TextField()
    digest = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["name_key", "first_name_key"], name="directory_person_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.first_name}".strip()


class NationalActivity(models.Model):
    """One profession or role of a person, at one structure or none. The open files only hold what is open.

    `key` is made of who, what and where; `digest` of the rest: the same key with another digest is a change.
    """

    key = models.BigIntegerField(primary_key=True)
    number = models.TextField()
    profession_code = models.TextField()
    category_code = models.TextField()
    know_how_type = models.TextField()
    know_how_code = models.TextField()
    mode_code = models.TextField()
    sector_code = models.TextField()
    pharmacist_section = models.TextField()
    role_code = models.TextField()
    kind_code = models.TextField()
    structure_id = models.TextField()
    finess = models.TextField()
    legal_finess = models.TextField()
    authority = models.TextField()
    digest = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="directory_activity_number"),
            models.Index(fields=["finess"], name="directory_activity_finess"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.profession_code} {self.role_code} {self.finess}".strip()


class NationalStructure(models.Model):
    """Where activities take place: a FINESS establishment, a practice, a company."""

    structure_id = models.TextField(primary_key=True)
    finess = models.TextField()
    legal_finess = models.TextField()
    siret = models.TextField()
    name = models.TextField()
    trade_name = models.TextField()
    address = models.TextField()
    postal_code = models.TextField()
    city = models.TextField()
    department = models.TextField()
    phone = models.TextField()
    digest = models.BigIntegerField()

    def __str__(self) -> str:
        return self.trade_name or self.name


class KnowHow(models.Model):
    """A speciality or qualification of a person for a profession."""

    key = models.BigIntegerField(primary_key=True)
    number = models.TextField()
    profession_code = models.TextField()
    category_code = models.TextField()
    know_how_type = models.TextField()
    know_how_code = models.TextField()
    digest = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["number"], name="directory_know_how_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.know_how_code}"


class Degree(models.Model):
    """A diploma, or an authorisation to practise."""

    key = models.BigIntegerField(primary_key=True)
    number = models.TextField()
    degree_type = models.TextField()
    degree_code = models.TextField()
    authorisation_type = models.TextField()
    discipline_code = models.TextField()
    digest = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["number"], name="directory_degree_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.degree_code or self.authorisation_type}"


class Card(models.Model):
    """A CPS or CPF card; `opposed_on` when it was put out of use."""

    key = models.BigIntegerField(primary_key=True)
    number = models.TextField()
    card_type = models.TextField()
    card_number = models.TextField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    opposed_on = models.DateField(null=True)
    digest = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["number"], name="directory_card_number")]

    def __str__(self) -> str:
        return f"{self.card_type} {self.card_number}"


class Mailbox(models.Model):
    """An MSSanté address: of a person, or of an organisation (then without a person)."""

    key = models.BigIntegerField(primary_key=True)
    number = models.TextField()
    mailbox_type = models.TextField()
    address = models.TextField()
    structure = models.TextField()
    service = models.TextField()
    digest = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["number"], name="directory_mailbox_number")]

    def __str__(self) -> str:
        return self.address


class Label(models.Model):
    """What a code of the loaded files is called there. `field` names the code: profession, role, mode…"""

    kind = models.CharField(max_length=10, choices=FileKind.choices)
    field = models.CharField(max_length=30)
    code = models.TextField()
    label = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "field", "code"], name="national_directory_label_one")
        ]

    def __str__(self) -> str:
        return self.label


class DirectoryLoad(models.Model):
    """What one load of one file read, kept and changed. `report` has the figures of each table."""

    kind = models.CharField("fichier", max_length=10, choices=FileKind.choices)
    source_name = models.CharField(max_length=255)
    file_date = models.DateField(null=True)
    loaded_at = models.DateTimeField(auto_now_add=True)
    rows_read = models.PositiveIntegerField()
    rows_before = models.PositiveIntegerField()
    appeared = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    seconds = models.FloatField()
    shrink_reason = models.CharField(max_length=300, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="national_directory_last_load")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.loaded_at:%d/%m/%Y})"


class DirectoryChange(models.Model):
    """One row that appeared, closed or changed in one load; `before` and `after` are the rows."""

    load = models.ForeignKey(DirectoryLoad, models.CASCADE, related_name="changes")
    table = models.CharField(max_length=20)
    change = models.CharField(max_length=8, choices=ChangeKind.choices)
    number = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["number"], name="directory_change_number")]

    def __str__(self) -> str:
        return f"{self.get_change_display()} {self.table} {self.number}"


class RegistrationDoor(models.TextChoices):
    """Who a professional asks to be registered in the RPPS."""

    ORDER = "ordre", "ordre"
    ARS = "ars", "ARS"
    EMPLOYER = "employeur", "employeur"


class RegistrationAuthority(models.Model):
    """Who registers a profession or a role, from a day (none: since ever) to the day when that ends; `source`: which tables.

    `function_code` is that of assignments.NationalFunction; `replaced_by`: the codes under which it is registered instead.
    """

    function_code = models.CharField(max_length=20)
    authority = models.CharField(max_length=10)
    authority_name = models.CharField(max_length=100)
    door = models.CharField(max_length=10, choices=RegistrationDoor.choices)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    replaced_by = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["function_code", "valid_from"],
                nulls_distinct=False,
                name="directory_authority_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.function_code} {self.authority}"
