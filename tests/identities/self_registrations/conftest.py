"""Somebody to register at the first site, invited; and a browser of their own."""

import pytest
from django.test import Client

from identities.self_registrations.models import SelfRegistration
from identities.self_registrations.operations import invite, new_link
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory

SITE = Machine("Référente Fictive")


@pytest.fixture
def stay(group):
    """An aide-soignante of the first site, with an e-mail and a mobile, that the employer registers."""
    with tenant(group.id):
        return AssignmentFactory(
            establishment=group.first,
            person__birth_name="Abeille",
            person__first_names=["Lou"],
            person__email="lou@tilleuls.example",
            person__phone="+33612345678",
        )


@pytest.fixture
def invited(group, stay):
    """Invites them: `invited(channel)` gives the path and, by SMS, the link's secret."""

    def do(channel: str = "sms") -> tuple[SelfRegistration, str]:
        with tenant(group.id):
            done = invite(
                actor=SITE, person_ids=[stay.person_id], channel=channel, establishment_id=group.first.pk
            )
            assert done.refused == []
            path = done.paths[0]
            return path, new_link(actor=SITE, path=path, channel="sms") if channel == "sms" else ""

    return do


@pytest.fixture
def phone():
    """The person's own browser, without an account."""
    return Client()


@pytest.fixture
def opened(invited, phone):
    """The path whose link was opened on `phone`."""
    path, secret = invited()
    assert phone.post(f"/pre-enregistrement/{secret}/").status_code == 302
    return path
