"""The list and the page of a situation: who may act, what is refused, what a second click does."""

from datetime import timedelta

import pytest

from identities.registrations.models import RegistrationRequest
from identities.situations.models import SituationToClose
from identities.situations.states import SituationState
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.memberships import MembershipFactory
from tests.factories.people import PersonIdentifierFactory
from tests.factories.situations import SituationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def situation(group):
    with tenant(group.id):
        found = SituationFactory(
            assignment__establishment=group.first,
            assignment__person__birth_name="Abeille",
            assignment__person__first_names=["Lou"],
            assignment__person__reachable=True,
        )
        PersonIdentifierFactory(person=found.person, kind="rpps", value="99900000011")
    return found


@pytest.fixture
def worker(group):
    """Gestionnaire RPPS+ of the first site."""
    return MembershipFactory(
        group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.first.pk]
    ).user


def page_of(group, situation, act: str = "") -> str:
    return f"/g/{group.slug}/enregistrements/situations/{situation.pk}/{act}"


def now_of(group, situation) -> SituationToClose:
    with tenant(group.id):
        return SituationToClose.objects.get(pk=situation.pk)


class TestTheList:
    def test_shows_who_left_where_and_since_when(self, group, administrator, client_for, situation):
        text = client_for(administrator).get(f"/g/{group.slug}/enregistrements/situations/").text
        assert "ABEILLE Lou" in text
        assert "depuis 1 jour" in text
        assert "elle n&#x27;est pas touchée" in text or "elle n'est pas touchée" in text

    def test_says_what_is_late_and_filters_it(self, group, administrator, client_for, situation):
        with tenant(group.id):
            SituationFactory(
                late=True, assignment__establishment=group.second, assignment__person__birth_name="Bouvreuil"
            )
        text = client_for(administrator).get(f"/g/{group.slug}/enregistrements/situations/?retard=oui").text
        assert "BOUVREUIL" in text
        assert "En retard" in text
        assert "ABEILLE" not in text

    def test_of_a_site_shows_its_own(self, group, manager, client_for, situation):
        with tenant(group.id):
            SituationFactory(
                assignment__establishment=group.second, assignment__person__birth_name="Bouvreuil"
            )
        client = client_for(manager)
        for path in ("", f"e/{group.first.pk}/"):
            text = client.get(f"/g/{group.slug}/{path}enregistrements/situations/").text
            assert "ABEILLE" in text
            assert "BOUVREUIL" not in text

    def test_without_anything_says_what_will_come(self, group, administrator, client_for):
        text = client_for(administrator).get(f"/g/{group.slug}/enregistrements/situations/").text
        assert "Rien à clore" in text

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_leaves_as_a_file_told_in_the_journal(self, group, administrator, client_for, situation, kind):
        url = f"/g/{group.slug}/enregistrements/situations/exporter/?format={kind}"
        answer = client_for(administrator).get(url)
        assert answer.status_code == 200
        with tenant(group.id):
            assert Line.objects.get(act="situations_exported").sentence.endswith(
                f"(à clore, {kind.upper()})."
            )


class TestClosedByHand:
    def test_is_kept_with_its_day_its_reason_and_who(self, group, worker, client_for, situation):
        typed = {"portail-closed_on": f"{today():%d/%m/%Y}", "portail-end_reason": "CHL"}
        answer = client_for(worker).post(page_of(group, situation, "portail/"), typed, follow=True)
        assert "notée close le" in answer.text
        found = now_of(group, situation)
        assert (found.state, found.closed_by, found.end_reason) == ("closed", "portal", "CHL")
        assert found.settled_by_name == worker.full_name

    def test_clicked_twice_is_told_to_the_second(self, group, worker, client_for, situation):
        typed = {"portail-closed_on": f"{today():%d/%m/%Y}", "portail-end_reason": "CHL"}
        client = client_for(worker)
        client.post(page_of(group, situation, "portail/"), typed)
        again = client.post(page_of(group, situation, "portail/"), typed, follow=True)
        assert "déjà réglée" in again.text
        with tenant(group.id):
            assert Line.objects.filter(act="situation.closed").count() == 1

    @pytest.mark.parametrize(
        ("days", "french"),
        [(2, "dans le futur"), (-60, "La personne n’est arrivée que")],
        ids=["to come", "before"],
    )
    def test_on_an_impossible_day_is_refused_and_keeps_what_was_typed(
        self, group, worker, client_for, situation, days, french
    ):
        day = f"{today() + timedelta(days=days):%d/%m/%Y}"
        typed = {"portail-closed_on": day, "portail-end_reason": "CHL"}
        text = client_for(worker).post(page_of(group, situation, "portail/"), typed).text
        assert french.replace("’", "&#x27;") in text
        assert f'value="{day}"' in text
        assert now_of(group, situation).state == SituationState.OPEN


class TestAskedByTheApi:
    def test_prepares_a_request_and_leads_to_it(self, group, worker, client_for, situation):
        typed = {"psi-end_reason": "AUT", "psi-ends_on": f"{situation.ended_on:%d/%m/%Y}"}
        answer = client_for(worker).post(page_of(group, situation, "demander/"), typed)
        found = now_of(group, situation)
        assert found.state == SituationState.ASKED
        assert answer.status_code == 302
        assert str(found.request_id) in answer.headers["Location"]
        with tenant(group.id):
            asked = RegistrationRequest.objects.get()
            assert (asked.pk, asked.ends_on, asked.end_reason) == (
                found.request_id,
                situation.ended_on,
                "AUT",
            )

    def test_is_not_offered_to_a_family_that_the_api_refuses(self, group, worker, client_for, situation):
        with tenant(group.id):
            SituationToClose.objects.update(function_id="R85-328")
        text = client_for(worker).get(page_of(group, situation)).text
        assert "Préparer la fin d" not in text
        assert "Fermez la situation au portail" in text


def test_set_aside_needs_a_reason_and_keeps_it(group, worker, client_for, situation):
    client = client_for(worker)
    assert "obligatoire" in client.post(page_of(group, situation, "sans-objet/"), {"rien-reason": " "}).text
    client.post(page_of(group, situation, "sans-objet/"), {"rien-reason": "Jamais  déclarée"})
    found = now_of(group, situation)
    assert (found.state, found.note) == (SituationState.NOT_NEEDED, "Jamais déclarée")


class TestWhoMayNot:
    def test_a_site_manager_reads_and_does_not_settle(self, group, manager, client_for, situation):
        client = client_for(manager)
        assert "Noter la situation close" not in client.get(page_of(group, situation)).text
        assert client.post(page_of(group, situation, "portail/"), {}).status_code == 403

    def test_another_site_finds_nothing(self, group, client_for, situation):
        other = MembershipFactory(
            group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.second.pk]
        ).user
        assert client_for(other).get(page_of(group, situation)).status_code == 404
        assert client_for(other).post(page_of(group, situation, "portail/"), {}).status_code == 404
