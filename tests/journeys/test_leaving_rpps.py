"""« Départ et clôture RPPS »: left at the site, closed by API PSI; typed back from the portal; set aside by a return."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from identities.assignments.operations import end_assignment, start_assignment
from identities.situations.models import SituationToClose
from identities.situations.tasks import look_at_group
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonIdentifierFactory
from tests.factories.registrations import ConnectionFactory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SITE = Machine("Référent de site")
PHONE = {"viewport": {"width": 360, "height": 740}}
NUMBERS = {"Abeille": "99900000011", "Bouvreuil": "99900000029", "Corneille": "99900000037"}


@pytest.fixture
def enter(client_for, live_server, open_context):
    def sign_in(user, **options):
        session = client_for(user).cookies["sessionid"].value
        context = open_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return sign_in


@pytest.fixture
def stays(group):
    """Three registered people of the first site: two aides-soignants, and an accompagnant éducatif et social."""
    found = {}
    with tenant(group.id):
        ConnectionFactory()
        for name, number in NUMBERS.items():
            found[name] = AssignmentFactory(
                establishment=group.first,
                person__birth_name=name,
                person__first_names=["Lou", "Camille"],
                person__reachable=True,
                function_id="R85-328" if name == "Bouvreuil" else "R85-313",
            )
            PersonIdentifierFactory(person=found[name].person, kind="rpps", value=number)
    return found


def deliver_all(group) -> None:
    """What the worker does, until nothing waits."""
    for _ in range(4):
        with tenant(group.id):
            waiting = list(Message.objects.order_by("number").values_list("pk", flat=True))
        for one in waiting:
            deliver(group.id, one)


def states(group) -> dict[str, str]:
    with tenant(group.id):
        return dict(SituationToClose.objects.values_list("person__birth_name", "state"))


def test_from_the_departure_to_the_closure(group, administrator, manager, enter, psi_api, stays, check):
    site = enter(manager, **PHONE)
    site.goto(f"/g/{group.slug}/e/{group.first.pk}/departs/")
    site.get_by_role("link", name="Départ d'ABEILLE Lou").click()
    site.get_by_role("button", name="Confirmer le départ").click()
    expect(site.get_by_role("heading", name="Terminée le")).to_be_visible()
    with tenant(group.id):
        for name in ("Bouvreuil", "Corneille"):
            end_assignment(actor=SITE, assignment=stays[name], reason="resignation")
    deliver_all(group)
    assert states(group) == dict.fromkeys(NUMBERS, "open")
    site.goto(f"/g/{group.slug}/e/{group.first.pk}/enregistrements/situations/")
    expect(site.get_by_role("link", name="ABEILLE Lou")).to_be_visible()
    check(site)

    page = enter(administrator)
    _closed_by_api(page, group, psi_api, check)
    _typed_back(page, group, check)
    _returned(page, group, stays, check)
    assert states(group) == {"Abeille": "closed", "Bouvreuil": "closed", "Corneille": "not_needed"}
    assert look_at_group(group_id=str(group.id)) == 0
    page.goto(f"/g/{group.slug}/enregistrements/chiffres/")
    page.get_by_role("link", name="2 situations closes", exact=True).click()
    expect(page.get_by_role("link", name="BOUVREUIL Lou")).to_be_visible()


def _closed_by_api(page, group, psi_api, check) -> None:
    page.goto(f"/g/{group.slug}/enregistrements/situations/")
    check(page)
    page.get_by_role("link", name="ABEILLE Lou").click()
    check(page)
    expect(page.get_by_text("L'e-CPS de la personne lui appartient")).to_be_visible()
    page.get_by_role("button", name="Préparer la fin d'activité").dblclick()
    expect(page.get_by_text("Fin d'activité préparée")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Envoyer…").click()
    page.get_by_role("button", name="Envoyer maintenant").click()
    deliver_all(group)
    [account] = psi_api.psi_book()["accounts"]
    assert len(account["activities"]) == 1
    page.goto(f"/g/{group.slug}/enregistrements/situations/?etat=closed")
    expect(page.get_by_role("row", name="ABEILLE Lou")).to_contain_text("API Pro Santé Identité")
    check(page)
    page.get_by_role("link", name="ABEILLE Lou").click()
    expect(page.get_by_role("link", name="Demande de fin d'activité")).to_be_visible()
    check(page)


def _typed_back(page, group, check) -> None:
    page.goto(f"/g/{group.slug}/enregistrements/situations/")
    page.get_by_role("link", name="BOUVREUIL Lou").click()
    expect(page.get_by_text("n'accepte aujourd'hui que la famille")).to_be_visible()
    expect(page.get_by_role("button", name="Préparer la fin d'activité")).to_have_count(0)
    page.get_by_label("Close au portail RPPS+ le").fill(f"{today() + timedelta(days=3):%d/%m/%Y}")
    page.get_by_role("button", name="Noter la situation close").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_focused()
    check(page)
    page.get_by_label("Close au portail RPPS+ le").fill(f"{today():%d/%m/%Y}")
    page.get_by_role("button", name="Noter la situation close").dblclick()
    expect(page.get_by_text("notée close le")).to_be_visible()
    with tenant(group.id):
        assert Line.objects.filter(act="situation.closed").count() == 1


def _returned(page, group, stays, check) -> None:
    with tenant(group.id):
        start_assignment(
            actor=SITE, person_id=stays["Corneille"].person_id, establishment_id=group.first.pk,
            function_code="R85-313", kind="affectation", contract="cdd", starts_at=now(),
        )  # fmt: skip
    deliver_all(group)
    page.goto(f"/g/{group.slug}/enregistrements/situations/")
    expect(page.get_by_role("heading", name="Rien à clore")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Sans objet").click()
    page.get_by_role("link", name="CORNEILLE Lou").click()
    expect(page.get_by_text("La personne travaille de nouveau dans l'établissement.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Fiche de la personne").click()
    expect(page.get_by_role("heading", name="Situations RPPS après un départ")).to_be_visible()
    check(page)
