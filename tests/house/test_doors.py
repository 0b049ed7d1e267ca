"""Every route states its door, and nobody looks beyond a site's wall without standing on the list."""

import ast

from tenants.api_keys.models import Scope
from tests.house.rooms import ROOT, parsed, python_files, routes

# allauth's own views: sign-in, password, second factor. They touch the account only, under their own rules.
ACCOUNT_VIEWS = "allauth"

# file → the functions that may look at the whole group from a site's door. A stale line fails too.
GROUP_WIDE = {
    "identities/people/queries.py",
    "identities/people/operations.py",
    "identities/duplicates/queries.py",
    "identities/psi/queries.py",
}


def _is_account_view(view: object) -> bool:
    return getattr(view, "__module__", "").startswith(ACCOUNT_VIEWS) or getattr(
        getattr(view, "view_class", None), "__module__", ""
    ).startswith(ACCOUNT_VIEWS)


def test_every_route_states_its_door():
    without = [
        str(one) for one in routes() if not hasattr(one.view, "door") and not _is_account_view(one.view)
    ]
    assert without == []


def test_a_route_of_a_group_is_never_public():
    wrong = [
        str(one)
        for one in routes()
        if "group_slug" in one.arguments and not one.view.door.startswith("requires ")
    ]
    assert wrong == []


def test_a_route_that_needs_a_permission_names_its_group():
    wrong = [
        str(one)
        for one in routes()
        if getattr(one.view, "door", "").startswith("requires ") and "group_slug" not in one.arguments
    ]
    assert wrong == []


def test_software_enters_by_a_key_whose_scope_is_told_and_people_do_not():
    """The key says the group, so its address does not; what is not behind a key under /api/ tells of no group."""
    scopes = {f"key: {one}" for one in Scope}
    api = {str(one): one for one in routes() if one.pattern.startswith("api/")}
    by_key = {str(one) for one in routes() if one.view_door.startswith("key: ")}
    assert by_key == {name for name, one in api.items() if not one.view_door.startswith("public: ")}
    assert {one.view_door for name, one in api.items() if name in by_key} == scopes
    assert [name for name, one in api.items() if "group_slug" in one.arguments] == []
    assert [name for name in by_key if not getattr(api[name].view, "csrf_exempt", False)] == []
    assert [name for name, one in api.items() if name not in by_key and one.arguments] == []


def test_looking_beyond_a_sites_wall_is_listed():
    callers = set()
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "group_wide"
            ):
                callers.add(str(path.relative_to(ROOT)))
    assert callers == GROUP_WIDE
