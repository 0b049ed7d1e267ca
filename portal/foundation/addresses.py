"""Addresses for pages that hold many: each route is reversed once per process, then filled in as text."""

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

_SLUG = "any-group"  # what stands in an address while its route is reversed


def address(route: str, **values: object) -> str:
    """What `reverse(route, kwargs=values)` gives, for a `group_slug` and UUIDs: nothing of these needs quoting.

    Refuses (NoReverseMatch) a route that does not take those names.
    """
    return _pattern(route, tuple(values), get_script_prefix(), get_urlconf()) % values


@lru_cache(maxsize=512)
def _pattern(route: str, names: tuple[str, ...], prefix: str, urlconf: str | None) -> str:
    """The address with `%(name)s` in the place of each value."""
    stands = {name: _SLUG if name == "group_slug" else str(UUID(int=rank)) for rank, name in enumerate(names)}
    pattern = reverse(route, kwargs=stands).replace("%", "%%")
    for name, stand in stands.items():
        pattern = pattern.replace(stand, f"%({name})s")
    return pattern
