"""Names, budgets and habits of the house."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.rooms import ROOT, parsed, python_files

BANNED = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "process", "misc", "common"}
FUNCTION_LINES = 40
FILE_LINES = 300
WRITTEN = {".py", ".html", ".txt", ".md", ".js", ".css", ".csv", ".json", ".toml"}

# path[:function] → why it is longer.
LONGER: dict[str, str] = {
    "identities/assignments/operations.py:start_assignment": "twelve keyword arguments, one a line",
}


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path) for path in python_files() if path.stem in BANNED] == []


def test_functions_and_files_keep_to_their_budget():
    over = {}
    for path in python_files():
        name = str(path.relative_to(ROOT))
        lines = len(path.read_text().splitlines())
        if lines > FILE_LINES:
            over[name] = lines
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LINES:
                    over[f"{name}:{node.name}"] = length
    assert {name: length for name, length in over.items() if name not in LONGER} == {}
    assert set(LONGER) - set(over) == set(), "a reason for nothing"


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later_in_the_code(word):
    assert [str(path) for path in python_files() if word in path.read_text()] == []


def _public_functions(drawer: str):
    for path in python_files():
        if path.name == drawer:
            for node in parsed(path).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield path, node


def test_public_functions_of_the_drawers_say_what_they_do():
    without = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for drawer in ("operations.py", "queries.py", "rules.py")
        for path, node in _public_functions(drawer)
        if not ast.get_docstring(node)
    ]
    assert without == []


# Operations of the two lowest rooms: they are what the others record and post with.
NO_ACTOR = {"portal/journal/operations.py", "portal/dispatch/operations.py"}


def test_operations_say_who_acts_and_leave_a_line():
    wrong = []
    for path, node in _public_functions("operations.py"):
        name = str(path.relative_to(ROOT))
        if name in NO_ACTOR:
            continue
        keyword = [one.arg for one in node.args.kwonlyargs]
        if not keyword or keyword[0] != "actor" or node.args.args:
            wrong.append(f"{name}:{node.name}: keyword-only, actor first")
        if not _reaches_the_journal(path, node.name):
            wrong.append(f"{name}:{node.name}: leaves no line in the journal")
    assert wrong == []


WRITERS = {"record", "record_set", "record_of_account"}


def _reaches_the_journal(path: Path, name: str, seen: frozenset[tuple[Path, str]] = frozenset()) -> bool:
    """By its own calls, or those of the functions that it calls, wherever in the product they are written."""
    if name in WRITERS or (path, name) in seen:
        return name in WRITERS
    module = parsed(path)
    written = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    if name not in written:
        return False
    elsewhere = {
        alias.asname or alias.name: ROOT / (node.module.replace(".", "/") + ".py")
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    called = {
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        for node in ast.walk(written[name])
        if isinstance(node, ast.Call)
    }
    further = seen | {(path, name)}
    return any(
        _reaches_the_journal(
            elsewhere[one] if one in elsewhere and elsewhere[one].exists() else path, one, further
        )
        for one in called
    )


def test_no_path_of_a_machine_is_written_down():
    """What one machine has, the next one has not: tests compare with `tests/shared.py`, the product with its settings."""
    of_a_machine = re.compile(r"""["'(\s]/(?:root|work|home/\w+)/""")
    folders = ("portal", "tenants", "identities", "tests", "templates", "deploy", ".ci")
    files = [path for one in folders for path in (ROOT / one).rglob("*") if path.suffix in WRITTEN]
    assert len(files) > 500
    found = [str(one.relative_to(ROOT)) for one in files if of_a_machine.search(one.read_text())]
    assert [one for one in found if "node_modules" not in one] == []
