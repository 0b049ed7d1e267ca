"""« Enregistrement PSI avec divergence corrigée »: completed, sent, corrected by two people, sent again, numbered."""

import pytest
from playwright.sync_api import expect

from identities.registrations.models import RegistrationRequest
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.tenancy import tenant
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory
from tests.factories.registrations import ConnectionFactory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NUMBER = "99900000011"
TRUTH = {
    "lastName": "Abeille", "firstNames": "Lou Camille", "birthDate": "1985-03-12", "genderCode": "F",
    "birthLocationCode": "38185", "birthPlace": "Grenoble", "rpps": [f"8{NUMBER}"],
}  # fmt: skip


@pytest.fixture
def enter(client_for, live_server, open_context):
    def sign_in(user, **options):
        session = client_for(user).cookies["sessionid"].value
        context = open_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return sign_in


@pytest.fixture
def person(group, psi_api):
    """An aide-soignante whose identity was verified, born elsewhere than her record says, without a mobile."""
    psi_api.tell_psi(people=[TRUTH])
    with tenant(group.id):
        ConnectionFactory()
        stay = AssignmentFactory(
            establishment=group.first,
            function_id="R85-313",
            person__birth_name="Abeille",
            person__first_names=["Lou", "Camille"],
            person__email="lou@tilleuls.example",
        )
        IdentityCheckFactory(person=stay.person)
    return stay.person


def deliver_all(group) -> None:
    """What the worker does."""
    with tenant(group.id):
        waiting = list(Message.objects.order_by("number").values_list("pk", flat=True))
    for one in waiting:
        deliver(group.id, one)


def test_a_divergence_is_corrected_and_sent_again_by_a_person(
    group, administrator, manager, enter, person, psi_api, check
):
    page = enter(administrator)
    _prepared_and_completed(page, group, check)
    _sent(page, group)
    expect(page.get_by_text("Toutes les réponses sont arrivées")).to_be_visible()
    check(page)
    assert psi_api.psi_book()["accounts"] == []
    page.get_by_role("link", name="ABEILLE Lou").click()
    _corrected(page, check)
    _confirmed(enter(MembershipFactory(group_id=group.id, role=Role.GROUP_ADMIN).user), group, person)
    page.reload()
    expect(page.get_by_text("La fiche a changé depuis l'envoi")).to_be_visible()
    page.get_by_role("button", name="C'est corrigé : vérifier la demande").dblclick()
    page.get_by_role("link", name="Envoyer…").click()
    _sent(page, group)
    assert len(psi_api.psi_book()["accounts"]) == 1
    page.goto(f"/g/{group.slug}/personnes/{person.pk}/")
    expect(page.get_by_role("region", name="Enregistrement national")).to_contain_text(NUMBER)
    expect(page.get_by_role("region", name="Identifiants")).to_contain_text(NUMBER)
    check(page)
    _seen_by_the_site(enter(manager, viewport={"width": 360, "height": 740}), group, check)
    with tenant(group.id):
        assert list(RegistrationRequest.objects.values_list("state", "attempt")) == [("done", 2)]


def _prepared_and_completed(page, group, check) -> None:
    page.goto(f"/g/{group.slug}/enregistrements/")
    check(page)
    page.get_by_role("link", name="À enregistrer").click()
    check(page)
    page.get_by_role("checkbox", name="ABEILLE Lou").check()
    page.get_by_role("button", name="Préparer les personnes cochées").dblclick()
    expect(page.get_by_text("À compléter", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Ce qui manque")).to_contain_text("Le mobile")
    check(page)
    request_url = page.url
    page.get_by_role("link", name="Compléter", exact=True).first.click()
    page.get_by_label("Mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Enregistrer").click()
    page.goto(request_url)
    page.get_by_role("button", name="Marquer prête").dblclick()
    expect(page.get_by_text("Prête", exact=True)).to_be_visible()
    check(page)
    page.get_by_role("link", name="Envoyer…").click()


def _sent(page, group) -> None:
    """From the confirmation to the answers."""
    expect(page.get_by_text("1 demande partira vers Pro Santé Identité (ANS)")).to_be_visible()
    page.get_by_role("button", name="Envoyer maintenant").dblclick()
    expect(page.get_by_text("Réponses reçues : 0 sur 1")).to_be_visible()
    deliver_all(group)
    page.reload()


def _corrected(page, check) -> None:
    """The form refuses no choice; the national value asks for a new check, then for a second person."""
    check(page)
    page.get_by_role("link", name="Comparer et corriger").click()
    expect(page.get_by_text("Grenoble (38185)")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Corriger la fiche").click()
    expect(page.get_by_role("link", name="que garder ? : Choisissez la valeur juste")).to_be_visible()
    check(page)
    page.get_by_label("Prendre l'état civil national").check()
    page.get_by_label("passeport").check()
    page.get_by_role("button", name="Corriger la fiche").dblclick()
    expect(page.get_by_text("Un changement d'identité attend une seconde personne")).to_be_visible()
    check(page)


def _confirmed(second, group, person) -> None:
    second.goto(f"/g/{group.slug}/personnes/{person.pk}/")
    second.get_by_role("link", name="Voir ce changement").click()
    second.get_by_role("button", name="Confirmer le changement").click()
    expect(second.get_by_text("Le nouvel état civil est enregistré")).to_be_visible()


def _seen_by_the_site(site, group, check) -> None:
    site.goto(f"/g/{group.slug}/e/{group.first.pk}/enregistrements/")
    expect(site.get_by_role("link", name="En attente du numéro (0)")).to_be_visible()
    check(site)
