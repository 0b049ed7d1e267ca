"""The drawings of the READMEs come from the tables."""

import pytest
from django.core.management import CommandError, call_command

from identities.assignments.states import ASSIGNMENT_TRANSITIONS
from portal.foundation.management.commands import draw_states
from portal.foundation.management.commands.draw_states import redrawn

DRAWING = f"```mermaid\n{ASSIGNMENT_TRANSITIONS.drawing()}\n```"


@pytest.fixture
def room(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    monkeypatch.setattr(draw_states, "_rooms", lambda: [(readme, [ASSIGNMENT_TRANSITIONS])])
    return readme


def test_a_drawing_is_put_in_its_place():
    assert redrawn("# Pièce\n\n```mermaid\nold\n```\n\nAprès.\n", [ASSIGNMENT_TRANSITIONS]) == (
        f"# Pièce\n\n{DRAWING}\n\nAprès.\n"
    )


def test_a_missing_drawing_goes_to_the_end():
    assert redrawn("# Pièce\n", [ASSIGNMENT_TRANSITIONS]) == f"# Pièce\n\n{DRAWING}\n"


def test_drawing_twice_changes_nothing(room):
    room.write_text("# Pièce\n")
    call_command("draw_states", verbosity=0)
    once = room.read_text()
    call_command("draw_states", "--check")
    assert room.read_text() == once


def test_a_stale_drawing_is_refused_and_left_as_it_is(room):
    room.write_text("# Pièce\n\n```mermaid\nold\n```\n")
    with pytest.raises(CommandError, match="périmé"):
        call_command("draw_states", "--check")
    assert "old" in room.read_text()


def test_a_room_without_readme_is_named(room):
    with pytest.raises(CommandError, match="README"):
        call_command("draw_states")
