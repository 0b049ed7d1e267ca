"""Lines of a digest that count by site: the busiest ones each on a line, the others together."""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from tenants.groups.queries import establishment_names
from tenants.notices.registry import Item

LINES = 5  # sites told one by one; the others in one line


def items_by_site(
    found: Mapping[UUID, int], words: tuple[str, str, str], site_url: Callable[[UUID], str], others_url: str
) -> Iterator[Item]:
    """`found`: how many at each site; `words`: for one, for several, and what ends the sentence after the count."""
    names = establishment_names(found)
    busiest = sorted(names, key=lambda one: (-found[one], names[one]))
    for site in busiest[:LINES]:
        yield Item(f"{_counted(found[site], words)} à {names[site]}.", site_url(site))
    rest = busiest[LINES:]
    if rest:
        where = "un autre site" if len(rest) == 1 else f"{len(rest)} autres sites"
        yield Item(f"{_counted(sum(found[one] for one in rest), words)} dans {where}.", others_url)


def _counted(count: int, words: tuple[str, str, str]) -> str:
    one, several, when = words
    return " ".join(filter(None, (str(count), one if count == 1 else several, when)))
