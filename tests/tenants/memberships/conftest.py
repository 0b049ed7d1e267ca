"""What these tests share: the rights of a person as the views see them."""

from collections.abc import Callable

import pytest

from tenants.memberships.access import Access
from tenants.memberships.models import User
from tenants.memberships.queries import access_to


@pytest.fixture
def access_of(group) -> Callable[[User], Access]:
    def read(user: User) -> Access:
        found = access_to(user, group.slug)
        assert found is not None
        return found

    return read
