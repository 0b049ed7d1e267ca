"""What every page shows around its content: where one is, where one may go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from portal.foundation.addresses import address
from portal.shell.navigation import GROUP_SECTIONS, OPERATOR_PLACES, SITE_PLACES, Place
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission

HOMES = ("shell:group_home", "shell:site_home")  # their addresses begin those of every page below


@dataclass(frozen=True)
class Entry:
    """`current`, as aria-current says it: « page » for the page itself, « true » for one of those that it leads to."""

    url: str
    label: str
    icon: str
    current: str


@dataclass(frozen=True)
class Section:
    title: str
    entries: tuple[Entry, ...]


class Shell:
    """Computed only when a template asks: a fragment pays nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._path = request.path
        self.demo: bool = settings.DEMO
        self.access: Access | None = getattr(request, "access", None)
        self._is_operator: bool = getattr(getattr(request, "user", None), "is_operator", False)

    @property
    def establishment(self) -> str:
        """The current establishment's name; empty on a page of the group or of the account."""
        return self.access.establishment_name if self.access else ""

    @cached_property
    def group_url(self) -> str:
        """The group's home page, for those who may open it."""
        if self.access is None or not self._opens(GROUP_SECTIONS[0][1][0]):
            return ""
        return address("shell:group_home", group_slug=self.access.group_slug)

    @cached_property
    def search_url(self) -> str:
        """Where the header's search box leads: the current site's people, or the group's."""
        if self.access is None or self.access.establishments_for(Permission.PEOPLE_VIEW) == ():
            return ""
        return address("people:search", **self._arguments)

    @cached_property
    def navigation(self) -> tuple[Section, ...]:
        """The menu: the current site's places, then the group's, without the empty parts; the operator's outside of them."""
        if self.access is None:
            return (Section("Exploitation", self._operator_entries()),) if self._is_operator else ()
        group = {"group_slug": self.access.group_slug}
        sections = [
            Section(title, self._entries([one for one in places if self._opens(one)], group))
            for title, places in GROUP_SECTIONS
        ]
        if self.access.establishment_id is not None:
            places = [one for one in SITE_PLACES if self.access.holds(one.permission)]
            sections.insert(0, Section("Établissement", self._entries(places, self._arguments)))
        return tuple(section for section in sections if section.entries)

    @property
    def _arguments(self) -> dict[str, Any]:
        if self.access is None:
            return {}
        site = self.access.establishment_id
        return {"group_slug": self.access.group_slug, **({"establishment_id": site} if site else {})}

    def _opens(self, place: Place) -> bool:
        """As the door `requires` answers on a page of the group."""
        sites = self.access.establishments_for(place.permission) if self.access else ()
        return sites is None or (place.limited and bool(sites))

    def _entries(self, places: list[Place], arguments: dict[str, Any]) -> tuple[Entry, ...]:
        return tuple(
            self._entry(one.route, one.label, one.icon, address(one.route, **arguments)) for one in places
        )

    def _operator_entries(self) -> tuple[Entry, ...]:
        return tuple(
            self._entry(route, label, icon, address(route)) for route, label, icon in OPERATOR_PLACES
        )

    def _entry(self, route: str, label: str, icon: str, url: str) -> Entry:
        leads_here = route not in HOMES and self._path.startswith(url)
        return Entry(url, label, icon, "page" if url == self._path else "true" if leads_here else "")


def shell(request: HttpRequest) -> dict[str, object]:
    """`shell` in every template."""
    return {"shell": Shell(request)}
