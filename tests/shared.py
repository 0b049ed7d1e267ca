"""What stands beside the project on the machines of those who build it: facts that tests compare with. Absent elsewhere."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """A file or a folder of it; the test is skipped, by that name, where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"shared/{path} is not on this machine")
    return found
