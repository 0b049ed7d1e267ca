"""What the digest says of the RPPS+ portal."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from identities.rpps_plus.notices import rpps_portal
from portal.foundation.clock import now
from tests.factories.registrations import RegistrationRequestFactory
from tests.factories.rpps_plus import PortalEntryFactory


@pytest.mark.django_db
def test_counts_what_is_late_and_sites_without_anybody_and_names_nobody(group, door):
    access = SimpleNamespace(group_slug=group.slug)
    assert list(rpps_portal(access)) == []
    late = {"route": "portal", "state": "sent", "sent_at": now() - timedelta(days=2)}
    RegistrationRequestFactory.create_batch(
        2, establishment=group.first, person__birth_name="Nomsecret", **late
    )
    said = [one.text for one in rpps_portal(access)]
    assert said[0].startswith("2 numéros RPPS sont en retard de plus de 24 heures à")
    assert said[1] == "2 établissements n'ont aucun gestionnaire RPPS+ en règle."
    assert "Nomsecret" not in " ".join(said)


@pytest.mark.django_db
def test_a_number_under_another_name_is_told(group, door):
    request = RegistrationRequestFactory(establishment=group.first, route="portal", state="done")
    PortalEntryFactory(request=request, contradiction="sous un autre nom")
    said = [one.text for one in rpps_portal(SimpleNamespace(group_slug=group.slug))]
    assert said[0].startswith("1 numéro reporté est dans l'Annuaire Santé sous un autre nom à")
