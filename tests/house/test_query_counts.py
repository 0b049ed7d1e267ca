"""A page or an export asks the database as often with 30 rows as with 2, and no more than tests/query_counts.json says.

After a change that is meant, the figures are written anew by
`UPDATE_QUERY_COUNTS=1 pytest tests/house/test_query_counts.py -n0`, and their difference is read in the commit.
"""

import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.memberships import sessions
from tests.factories.memberships import PASSWORD, UserFactory
from tests.house.addresses import SHUT, section_of
from tests.house.crowd import Crowd
from tests.house.rooms import Route, routes

pytestmark = pytest.mark.slow
FILE = Path(__file__).parents[1] / "query_counts.json"
FEW, MANY = 2, 30
DOORS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT set_config")
# Not asked here: what they stand on cannot be written by hand. tests/journeys/test_every_page.py opens them all.
ASIDE = {
    "mfa_edit_webauthn": "a key of one's own",
    "mfa_remove_webauthn": "a key of one's own",
    "mfa_reauthenticate_webauthn": "a key of one's own",
    "mfa_activate_totp": "an account without an application",
    "mfa_authenticate": "half a sign-in",
    "account_reset_password_from_key": "a signed link",
    "account_rights:invitation": "a signed link",
    "notices:stop": "a signed link",
    "pre_registration:open": "a link of one's own",
    "account_rights:confirm_fellow": "a group without administrator",
}
ASKED = [one for one in routes() if one.name not in SHUT | ASIDE]


class Asking:
    """One client per kind of person, and what each address cost them."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.people = {
            "public": Client(),
            "operator": Client(),
            "machine": Client(headers=crowd.key.headers),
        }
        self.people["operator"].force_login(UserFactory(operator=True))
        for section in ("account", "group", "site"):
            self.people[section] = Client()
            self.people[section].force_login(crowd.administrator)
        self.people["account"].post("/compte/reauthenticate/", {"password": PASSWORD})

    def count(self, route: Route) -> dict[str, int | None]:
        """By address without its ids: how many queries; None for what only sends elsewhere or takes a form."""
        return {
            _name(route, address): self.queries(section_of(route), address)
            for address in self.crowd.names().addresses(route)
        }

    def queries(self, section: str, address: str) -> int | None:
        """Of the second time it is opened: the first one fills what processes keep."""
        client = self.people[section]
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
            list(answer)  # an export is written while it is sent
        if answer.status_code != 200:
            return None
        return sum(not one["sql"].startswith(DOORS) for one in captured)


def _name(route: Route, address: str) -> str:
    return str(route) + address[address.find("?") :] if "?" in address else str(route)


@pytest.fixture(scope="module")
def counts(django_db_setup, django_db_blocker) -> dict[str, list[int | None]]:
    """What each address costs with few rows, then with many, in one transaction that is thrown away.

    A session writes each minute when it was last seen: whichever page that minute falls on would count it.
    """
    found: dict[str, list[int | None]] = {}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(sessions, "LAST_SEEN_STEP", 3600)
        asking = Asking(Crowd())
        for size in (FEW, MANY):
            asking.crowd.grow(size)
            for route in ASKED:
                for name, count in asking.count(route).items():
                    found.setdefault(name, []).append(count)
        transaction.set_rollback(True)
    cache.clear()
    return {name: pair for name, pair in found.items() if pair != [None, None]}


def _figures() -> dict[str, int]:
    return json.loads(FILE.read_text())["pages"]


def _pasted(rank: int) -> str:
    name = f"{chr(ord('A') + rank)}ubert"
    return "\t".join(
        [name, "Camille", f"{rank + 1:02}/06/1980", "F", "Bourg-en-Bresse", "", "AS", "", "3 jours"]
    )


def test_each_pasted_line_searches_its_own_doubles_and_no_more(db):
    """The one page that asks by row: 50 lines at most, each compared with everybody."""
    asking = Asking(Crowd())
    asking.crowd.grow(FEW)
    address = reverse("shell:arrival_batch", args=[asking.crowd.group.slug, asking.crowd.site.pk])
    cost = {}
    for lines in (FEW, 20):
        pasted = "\n".join(map(_pasted, range(lines)))
        asking.people["site"].post(address, {"action": "paste", "pasted": pasted})
        cost[lines] = asking.queries("site", address)
    by_line = (cost[20] - cost[FEW]) / (20 - FEW)
    assert by_line <= json.loads(FILE.read_text())["arrival batch, each line"], cost


def test_no_page_asks_more_when_there_is_more_to_show(counts):
    grown = {name: pair for name, pair in counts.items() if pair[0] != pair[1]}
    assert not grown, f"queries with {FEW} rows, then with {MANY}: {json.dumps(grown, indent=2)}"


def test_each_page_keeps_to_its_figure(counts):
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        written = json.loads(FILE.read_text()) | {
            "pages": {name: pair[1] for name, pair in sorted(counts.items())}
        }
        FILE.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    figures = _figures()
    unknown = sorted(set(counts) - set(figures))
    assert not unknown, f"no figure yet; the top of this file says how to write them: {unknown}"
    above = {name: (pair[1], figures[name]) for name, pair in counts.items() if pair[1] > figures[name]}
    assert not above, f"more queries than the figure: {above}"
    gone = sorted(set(figures) - set(counts))
    assert not gone, f"figures of pages that are no more: {gone}"


def test_enough_pages_are_counted(counts):
    assert len(counts) >= 60, sorted(counts)
