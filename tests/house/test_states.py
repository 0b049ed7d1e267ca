"""States are tables: every pair behaves as the table says, and the drawing in the README is the table's."""

import importlib

import pytest

from portal.foundation.transitions import Transitions
from tests.house.rooms import ROOT, python_files


def tables():
    for path in python_files():
        if path.name == "states.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for attribute, value in vars(importlib.import_module(name)).items():
                if isinstance(value, Transitions):
                    yield pytest.param(path, value, id=f"{name}.{attribute}")


@pytest.mark.parametrize(("path", "table"), list(tables()))
def test_every_pair_behaves_as_the_table_says(path, table):
    for source in table.states.values:
        for target in table.states.values:
            assert table.allows(source, target) == (source in table.sources(target))


@pytest.mark.parametrize(("path", "table"), list(tables()))
def test_the_readme_shows_the_drawing(path, table):
    readme = path.with_name("README.md")
    assert readme.exists(), f"{readme.parent} has states and no README"
    assert table.drawing() in readme.read_text(), "run: manage.py draw_states"


def test_a_table_without_a_line_for_a_state_is_refused():
    from identities.assignments.states import AssignmentState

    with pytest.raises(ValueError, match="without a line"):
        Transitions(AssignmentState, {AssignmentState.PLANNED: ()})
