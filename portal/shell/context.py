"""What every page shows around its content: where one is, where one may go."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from portal.shell.navigation import GROUP_PLACES, SITE_PLACES, Place
from tenants.groups.queries import establishment_name
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission


@dataclass(frozen=True)
class Entry:
    url: str
    label: str
    icon: str
    current: bool


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

    @cached_property
    def establishment(self) -> str:
        """The current establishment's name; empty on a page of the group or of the account."""
        if self.access is None or self.access.establishment_id is None:
            return ""
        return establishment_name(self.access.establishment_id)

    @property
    def group_url(self) -> str:
        """The group's home page, for those who may open it."""
        if self.access is None or not self._holds_in_group(Permission.GROUP_HOME):
            return ""
        return reverse("shell:group_home", args=[self.access.group_slug])

    @property
    def search_url(self) -> str:
        return ""

    @cached_property
    def navigation(self) -> tuple[Section, ...]:
        """The menu: the current site's places, then the group's, without the empty parts."""
        if self.access is None:
            return ()
        group = {"group_slug": self.access.group_slug}
        sections = [Section("Groupe", tuple(self._entries(GROUP_PLACES, group, self._holds_in_group)))]
        if self.access.establishment_id is not None:
            site = {**group, "establishment_id": self.access.establishment_id}
            sections.insert(
                0, Section("Établissement", tuple(self._entries(SITE_PLACES, site, self.access.holds)))
            )
        return tuple(section for section in sections if section.entries)

    def _holds_in_group(self, permission: Permission) -> bool:
        return self.access is not None and self.access.establishments_for(permission) is None

    def _entries(
        self,
        places: tuple[Place, ...],
        arguments: Mapping[str, object],
        allowed: Callable[[Permission], bool],
    ) -> Iterator[Entry]:
        for place in places:
            if allowed(place.permission):
                url = reverse(place.route, kwargs=dict(arguments))
                yield Entry(url, place.label, place.icon, url == self._path)


def shell(request: HttpRequest) -> dict[str, object]:
    """`shell` in every template."""
    return {"shell": Shell(request)}
