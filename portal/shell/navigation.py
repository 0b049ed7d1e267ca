"""The main menu: one line per place, shown to those who may go there."""

from dataclasses import dataclass

from tenants.memberships.permissions import Permission


@dataclass(frozen=True)
class Place:
    """A menu entry. `permission` opens it, `route` is its URL name, `icon` a lucide name.

    `limited`: a page of the group that also opens to those whose right reaches only some sites.
    """

    permission: Permission
    route: str
    label: str
    icon: str
    limited: bool = False


# Of the platform's operator, outside of any group: route, label, icon.
OPERATOR_PLACES = (
    ("operator:groups", "Groupes", "server"),
    ("operator_directory:loads", "Annuaire Santé", "book-user"),
)

# Of the current establishment: routes take group_slug and establishment_id.
SITE_PLACES = (
    Place(Permission.SITE_HOME, "shell:site_home", "Accueil du site", "house"),
    Place(Permission.ARRIVAL, "shell:arrival", "Arrivée", "user-plus"),
    Place(Permission.DEPARTURE, "assignments:departures", "Départs", "user-minus"),
    Place(Permission.PEOPLE_VIEW, "assignments:people_of_site", "Professionnels du site", "users"),
    Place(Permission.PEOPLE_VIEW, "identity_checks:to_check", "Identités à contrôler", "id-card"),
    Place(
        Permission.REGISTRATION_VIEW, "registrations:of_site", "Enregistrement national", "clipboard-check"
    ),
    Place(Permission.PRESENCE_REVIEW, "reviews:of_site", "Revue des présents", "calendar-check"),
    Place(Permission.ESTABLISHMENTS_EDIT, "groups:units", "Services", "layers"),
)

# Of the group, in sections: routes take group_slug. The first place of the first one is the group's home.
GROUP_SECTIONS = (
    (
        "Groupe",
        (
            Place(
                Permission.GROUP_HOME,
                "shell:group_home",
                "Tableau du groupe",
                "layout-dashboard",
                limited=True,
            ),
            Place(
                Permission.PEOPLE_VIEW,
                "assignments:people_in_group",
                "Tous les professionnels",
                "contact",
                limited=True,
            ),
            Place(Permission.HR_IMPORT, "hr_imports:sources", "Imports RH", "file-up"),
        ),
    ),
    (
        "Identités",
        (
            Place(
                Permission.PEOPLE_VIEW,
                "identity_checks:to_check",
                "Identités à contrôler",
                "id-card",
                limited=True,
            ),
            Place(Permission.DIRECTORY_VIEW, "directory:home", "Annuaire Santé", "book-user", limited=True),
            Place(
                Permission.REGISTRATION_VIEW,
                "registrations:desk",
                "Enregistrement national",
                "clipboard-check",
                limited=True,
            ),
            Place(Permission.DUPLICATES_SETTLE, "duplicates:pairs", "Doublons", "copy"),
            Place(
                Permission.PRESENCE_REVIEW,
                "reviews:campaigns",
                "Revues annuelles",
                "calendar-check",
                limited=True,
            ),
            Place(
                Permission.QUALITY_VIEW,
                "data_quality:overview",
                "Qualité des données",
                "list-checks",
                limited=True,
            ),
        ),
    ),
    (
        "Portail",
        (
            Place(
                Permission.MEMBERSHIPS_VIEW,
                "memberships:rights",
                "Droits du portail",
                "shield-check",
                limited=True,
            ),
            Place(Permission.DISPATCH_VIEW, "dispatch:to_handle", "Envois", "send"),
            Place(Permission.JOURNAL_VIEW, "journal:lines", "Journal", "scroll-text"),
            Place(
                Permission.IDENTITY_PROVIDER_MANAGE,
                "identity_providers_group:provider",
                "Connexion du groupe",
                "key-round",
            ),
            Place(Permission.API_KEYS_MANAGE, "api_keys:keys", "Clés des logiciels", "plug"),
            Place(Permission.GROUP_SETTINGS, "groups:settings", "Réglages du groupe", "settings"),
        ),
    ),
)
