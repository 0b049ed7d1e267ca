"""Two records of one human being, each with something of everything, and who settles them."""

from types import SimpleNamespace

import pytest

from portal.foundation.keys import uuid7
from tests.factories.duplicates import people_alike


@pytest.fixture
def settler():
    """An administrator, as an actor."""
    return SimpleNamespace(actor_id=uuid7(), actor_name="Camille Fictif")


@pytest.fixture
def alike(door):
    return people_alike()
