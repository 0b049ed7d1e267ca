"""The main menu: one line per place, shown to those who may go there."""

from dataclasses import dataclass

from tenants.memberships.permissions import Permission


@dataclass(frozen=True)
class Place:
    """A menu entry. `permission` opens it, `route` is its URL name, `icon` a lucide name."""

    permission: Permission
    route: str
    label: str
    icon: str


# Of the current establishment: routes take group_slug and establishment_id.
SITE_PLACES = (Place(Permission.SITE_HOME, "shell:site_home", "Accueil du site", "house"),)

# Of the group: routes take group_slug.
GROUP_PLACES = (Place(Permission.GROUP_HOME, "shell:group_home", "Tableau du groupe", "layout-dashboard"),)
