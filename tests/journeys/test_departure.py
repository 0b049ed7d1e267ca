"""« Départ »: from the site's page to the end of a mission, in two taps; and its undoing."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from identities.assignments.models import Assignment
from portal.dispatch.models import Message, Settlement
from portal.foundation.clock import PARIS, now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory, many_missions

pytestmark = pytest.mark.slow


@pytest.fixture
def enter(client_for, live_server, browser_page: Page):
    """Signs a user in: the browser carries the session of a test client."""

    def sign_in(user) -> Page:
        session = client_for(user).cookies["sessionid"].value
        browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return browser_page

    return sign_in


@pytest.fixture
def page(group, manager, enter) -> Page:
    """The référent de site on the departures of their site, where eight people are present."""
    with tenant(group.id):
        many_missions(6, group.first.pk, now() + timedelta(days=9))
        AssignmentFactory(
            mission=True,
            establishment=group.first,
            person__birth_name="Éluard",
            person__first_names=["Jeanne"],
        )
        AssignmentFactory(establishment=group.first, person__birth_name="Zorn", person__first_names=["Anne"])
    return enter(manager)


@pytest.fixture
def stay_of(group):
    def read(name: str) -> Assignment:
        with tenant(group.id):
            return Assignment.objects.get(person__birth_name=name)

    return read


def test_a_departure_now(page, group, axe, no_horizontal_scroll, journey_cost, stay_of):
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/departs/")
    axe(page)
    no_horizontal_scroll(page)
    with journey_cost(page).counted() as cost:
        page.get_by_label("Nom", exact=True).press_sequentially("elu")
        expect(page.get_by_text("1 présent")).to_be_visible()
        page.get_by_role("link", name="Départ d'ÉLUARD Jeanne").click()
        page.get_by_role("button", name="Confirmer le départ").click()
        expect(page.get_by_role("heading", name="Terminée le")).to_be_visible()
    axe(page)
    no_horizontal_scroll(page)
    assert cost.actions <= 8
    assert cost.waits <= 3
    stay = stay_of("Éluard")
    expect(page.get_by_text(f"Terminée le {stay.ends_at.astimezone(PARIS):%d/%m/%Y à %H:%M}")).to_be_visible()
    assert (stay.state, stay.end_reason) == ("ended", "early")
    with tenant(group.id):
        assert Line.objects.filter(act="assignment.ended", object_id=stay.person_id).count() == 1
        sent = [*Message.objects.all(), *Settlement.objects.all()]
        assert [one.kind for one in sent] == ["assignment.ended"]


def test_tonight_then_a_change_of_mind(page, group, axe, no_horizontal_scroll, stay_of):
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/departs/")
    page.get_by_role("button", name="Ce soir : départ de ZORN Anne").click()
    expect(page.get_by_text("Départ de ZORN Anne programmé le")).to_be_visible()
    assert stay_of("Zorn").ends_at is not None
    axe(page)
    page.get_by_role("button", name="Annuler le départ de ZORN Anne").click()
    expect(page.get_by_text("Départ de ZORN Anne annulé")).to_be_visible()
    stay = stay_of("Zorn")
    assert (stay.state, stay.ends_at, stay.end_reason) == ("running", None, "")


def test_an_extension_in_two_taps_and_a_double_click(page, group, axe, no_horizontal_scroll, stay_of):
    planned = stay_of("Éluard").ends_at
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/professionnels/")
    axe(page)
    no_horizontal_scroll(page)
    page.get_by_role("link", name="Prolonger ÉLUARD Jeanne").click()
    axe(page)
    no_horizontal_scroll(page)
    page.get_by_role("button", name="3 jours de plus").dblclick()
    expect(page.get_by_text("ÉLUARD Jeanne : fin repoussée au")).to_be_visible()
    assert stay_of("Éluard").ends_at.astimezone(PARIS).date() == planned.astimezone(PARIS).date() + timedelta(
        days=3
    )


def test_a_refusal_is_read_by_the_keyboard_alone(page, group, axe, stay_of):
    stay = stay_of("Éluard")
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/affectations/{stay.pk}/depart/")
    axe(page)
    page.get_by_label("Autre moment", exact=True).check()
    page.get_by_role("button", name="Confirmer le départ").press("Enter")
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_focused()
    axe(page)
    assert stay_of("Éluard").state == "running"


def test_the_list_of_the_group(page, group, administrator, enter, axe, no_horizontal_scroll):
    enter(administrator)
    page.goto(f"/g/{group.slug}/professionnels/")
    axe(page)
    no_horizontal_scroll(page)
    page.get_by_role("combobox", name="Établissement").select_option(label=group.second.name)
    expect(page.get_by_text("Personne dans cette liste")).to_be_visible()
