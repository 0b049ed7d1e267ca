"""The one list of what may be done, and which role may do it."""

from django.db.models import TextChoices


class Permission(TextChoices):
    """One word per door. The value is what tests, menus and refusals name."""

    GROUP_HOME = "group_home", "voir l'accueil du groupe"
    GROUP_SETTINGS = "group_settings", "régler le groupe"
    ESTABLISHMENTS_EDIT = "establishments_edit", "modifier les établissements et leurs services"
    SITE_HOME = "site_home", "voir l'accueil du site"
    PEOPLE_VIEW = "people_view", "voir les professionnels"
    PEOPLE_EDIT = "people_edit", "modifier l'identité d'un professionnel"
    PEOPLE_EXPORT = "people_export", "exporter la liste des professionnels"
    ARRIVAL = "arrival", "faire arriver un professionnel"
    DEPARTURE = "departure", "prolonger ou terminer une affectation"
    IDENTITY_CHECK = "identity_check", "attester un contrôle d'identité"
    HR_IMPORT = "hr_import", "importer les fichiers RH"
    DUPLICATES_SETTLE = "duplicates_settle", "régler les doublons"
    IDENTITY_CONFIRM = "identity_confirm", "confirmer le changement d'une identité vérifiée"
    DIRECTORY_VIEW = "directory_view", "voir les liens avec l'Annuaire Santé"
    DIRECTORY_LINK = "directory_link", "relier un professionnel à l'Annuaire Santé"
    REGISTRATION_VIEW = "registration_view", "voir les enregistrements nationaux"
    REGISTRATION_WORK = "registration_work", "préparer, envoyer et corriger un enregistrement national"
    REGISTRATION_INVITE = "registration_invite", "inviter un professionnel à s'enregistrer lui-même"
    CIVIL_STATUS_VIEW = "civil_status_view", "voir ce qui est envoyé et l'état civil renvoyé par le RNIPP"
    PSI_MANAGE = "psi_manage", "régler la connexion à Pro Santé Identité, l'arrêter et la reprendre"
    RPPS_MANAGERS_MANAGE = "rpps_managers_manage", "tenir la liste des gestionnaires RPPS+"
    PRESENCE_REVIEW = "presence_review", "faire la revue annuelle des présents"
    QUALITY_VIEW = "quality_view", "voir la qualité des données"
    API_KEYS_MANAGE = "api_keys_manage", "gérer les clés d'accès des logiciels"
    HR_IMPORT_FORCE = "hr_import_force", "passer outre le garde-fou d'un import RH"
    MEMBERSHIPS_VIEW = "memberships_view", "voir les droits du portail"
    MEMBERSHIPS_GRANT = "memberships_grant", "donner et retirer des droits du portail"
    MEMBERSHIPS_CONFIRM = "memberships_confirm", "confirmer un droit de groupe"
    JOURNAL_VIEW = "journal_view", "lire le journal"
    JOURNAL_EXPORT = "journal_export", "exporter le journal"
    DISPATCH_VIEW = "dispatch_view", "voir les envois à traiter"
    DISPATCH_SETTLE = "dispatch_settle", "reprendre ou abandonner un envoi"
    IDENTITY_PROVIDER_MANAGE = (
        "identity_provider_manage",
        "régler la connexion par le fournisseur d'identité du groupe",
    )


class Role(TextChoices):
    """Roles of product.md that people of a group hold. `exploitant` is not one: it holds no right in a group."""

    GROUP_ADMIN = "group_admin", "administrateur de groupe"
    SITE_MANAGER = "site_manager", "référent de site"
    RPPS_MANAGER = "rpps_manager", "gestionnaire RPPS+"
    HR = "hr", "RH"
    AUDITOR = "auditor", "RSSI / DPO / auditeur"
    ANS_READER = "ans_reader", "lecteur ANS"
    DIRECTOR = "director", "directeur"


_READ_SITE = frozenset({Permission.SITE_HOME, Permission.PEOPLE_VIEW})
_WORK_SITE = _READ_SITE | {
    Permission.ARRIVAL,
    Permission.DEPARTURE,
    Permission.PEOPLE_EDIT,
    Permission.PEOPLE_EXPORT,
    Permission.IDENTITY_CHECK,
    Permission.IDENTITY_CONFIRM,
    Permission.PRESENCE_REVIEW,
    Permission.DIRECTORY_VIEW,
    Permission.REGISTRATION_VIEW,
    Permission.REGISTRATION_INVITE,
}
_QUALITY = frozenset({Permission.QUALITY_VIEW, Permission.DIRECTORY_VIEW, Permission.REGISTRATION_VIEW})
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GROUP_ADMIN: frozenset(Permission),
    Role.SITE_MANAGER: frozenset(_WORK_SITE),
    Role.RPPS_MANAGER: _READ_SITE
    | _QUALITY
    | {Permission.DIRECTORY_LINK, Permission.PEOPLE_EDIT, Permission.IDENTITY_CHECK}
    | {Permission.REGISTRATION_WORK, Permission.REGISTRATION_INVITE, Permission.CIVIL_STATUS_VIEW},
    Role.HR: _READ_SITE
    | {Permission.GROUP_HOME, Permission.PEOPLE_EXPORT, Permission.PEOPLE_EDIT, Permission.DEPARTURE}
    | {Permission.HR_IMPORT, Permission.DUPLICATES_SETTLE, Permission.PRESENCE_REVIEW}
    | _QUALITY,
    Role.AUDITOR: _READ_SITE
    | _QUALITY
    | {
        Permission.GROUP_HOME,
        Permission.MEMBERSHIPS_VIEW,
        Permission.JOURNAL_VIEW,
        Permission.JOURNAL_EXPORT,
        Permission.DISPATCH_VIEW,
    },
    Role.ANS_READER: frozenset(),
    Role.DIRECTOR: _READ_SITE | _QUALITY | {Permission.GROUP_HOME, Permission.MEMBERSHIPS_VIEW},
}

# Roles that only make sense for the whole group; the others may be limited to some establishments.
GROUP_ONLY_ROLES = frozenset({Role.GROUP_ADMIN, Role.AUDITOR, Role.ANS_READER})
