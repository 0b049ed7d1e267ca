"""The group's page of the Annuaire Santé: figures that open their lists, decisions, exports, and who may do what."""

import re
from datetime import timedelta
from html import unescape

import pytest

from identities.national_directory import campaign_ring
from identities.national_directory.campaigning import compare_with_files
from identities.national_directory.models import DirectoryLink
from identities.national_directory.rules import Difference
from identities.national_directory.shown import difference_advice, difference_brief, difference_title
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import CampaignFactory, DirectoryLinkFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group
from tests.identities.national_directory.test_links import OTHER, RPPS, THIRD, at_work, load, someone

__all__ = ["load"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def page(group, administrator, client_for):
    """`page("liens/", liste="reliees")` as the administrator sees it; `page.post(…)`."""
    return Pages(client_for(administrator), group.slug)


def read(response):
    return unescape(response.content.decode())


class Pages:
    def __init__(self, client, slug):
        self.client, self.base = client, f"/g/{slug}/annuaire-sante/"

    def __call__(self, path="", **asked):
        response = self.client.get(f"{self.base}{path}", asked)
        assert response.status_code == 200
        return read(response)

    def post(self, path, **values):
        return self.client.post(f"{self.base}{path}", values, follow=True)


def working(group, function="R85-313", site="first", **traits):
    person = PersonFactory(**traits)
    AssignmentFactory(person=person, establishment=getattr(group, site), function_id=function)
    return person


def test_an_empty_group_is_told_what_to_do(page):
    shown = page()
    assert "pas encore chargé" in shown
    assert "Rien n'attend de décision" in page("liens/", liste="a-confirmer")
    assert "Personne dans cette liste" in page("sans-lien/")


def test_each_figure_opens_its_list(group, page):
    with tenant(group.id):
        old = now() - timedelta(days=800)
        DirectoryLinkFactory(linked=True, person=working(group, birth_name="Ancienne"), checked_at=old)
        DirectoryLinkFactory(
            linked=True, person=working(group, birth_name="Changée"), differences=["other_name"]
        )
        DirectoryLinkFactory(person=working(group, birth_name="Proposée"))
        DirectoryLinkFactory(refused=True, person=working(group, "G15-60", birth_name="Écartée"))
        working(group, "R95-93", birth_name="Psy")
    shown = page()
    figures = {"Reliées": 2, "À confirmer": 1, "Écartées": 1, "Vérification à refaire": 1, "Sans lien": 3}
    for label, count in figures.items():
        line = re.search(rf">{label}</a></th>\s*<td [^>]*>(\d+)</td>", shown)
        assert line, label
        assert int(line[1]) == count, label
    assert "Fiches avec une différence au moins</a>" in shown
    assert "ANCIENNE" in page("liens/", liste="reliees", echeance="due")
    assert "CHANGÉE" not in page("liens/", liste="reliees", echeance="due")
    assert "CHANGÉE" in page("liens/", liste="reliees", difference="other_name")
    assert "ANCIENNE" not in page("liens/", liste="reliees", difference="toutes")
    assert "homonyme" in page("liens/", liste="ecartees")
    doors = {"ordre": "ÉCARTÉE", "ars": "PSY", "employeur": "PROPOSÉE"}
    for door, name in doors.items():
        shown = page("sans-lien/", porte=door)
        assert name in shown
        assert not any(other in shown for other in set(doors.values()) - {name})


def test_each_difference_has_its_words():
    for one in Difference:
        assert difference_brief(one)
        assert difference_advice(one).endswith(".")
    assert (difference_brief("of_old"), difference_title("of_old"), difference_advice("of_old")) == (
        "of_old",
        "of_old",
        "",
    )


def test_one_proposal_is_linked_by_its_button(group, page, load):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
    answer = page.post("rapprocher/")
    assert "1 proposition nouvelle" in read(answer)
    with tenant(group.id):
        link = DirectoryLink.objects.get()
    assert "1 proposition décidée" in read(page.post("decider/", confirm_one=str(link.pk)))
    with tenant(group.id):
        assert DirectoryLink.objects.get(person=person).state == "linked"
    assert "attend encore une décision" in read(page.post("decider/", confirm_one=str(link.pk)))


def test_several_are_confirmed_on_a_page_first(group, page, load):
    load(at_work(group), at_work(group, OTHER, name="MARTIN", first_name="LEA"), at_work(group, THIRD))
    with tenant(group.id):
        working(group, birth_name="Martin", first_names=["Léa"])
        someone(group)
    page.post("rapprocher/")
    shown = read(page.post("decider/", decision="confirm_all", liste="a-confirmer"))
    assert "Relier 1 fiche<" in shown
    assert "MARTIN Léa" in shown
    with tenant(group.id):
        ids = [str(one) for one in DirectoryLink.objects.values_list("pk", flat=True)]
    asked = page.post("decider/", decision="confirm", links=ids)
    assert "Relier 3 fiches" in read(asked)
    done = read(page.post("decider/", decision="confirm", links=",".join(ids), sure="1"))
    assert "1 proposition décidée" in done
    assert "plusieurs numéros sont proposés" in done
    with tenant(group.id):
        assert DirectoryLink.objects.filter(state="linked").count() == 1


def test_a_refusal_asks_for_its_reason_and_keeps_what_was_chosen(group, page):
    with tenant(group.id):
        link = DirectoryLinkFactory(person=working(group))
    asked = read(page.post("decider/", refuse_one=str(link.pk)))
    assert "Écarter 1 proposition" in asked
    asked = read(page.post("decider/", decision="refuse", links=str(link.pk), sure="1", reason=""))
    assert "À corriger" in asked
    page.post("decider/", decision="refuse", links=str(link.pk), sure="1", reason="homonyme")
    with tenant(group.id):
        assert DirectoryLink.objects.get().state == "refused"


def test_a_list_leaves_as_a_spreadsheet_and_a_line(group, page):
    with tenant(group.id):
        DirectoryLinkFactory(linked=True, person=working(group, birth_name="Reliée"), rpps=RPPS)
        working(group, "G15-60", birth_name="Sanslien")
    sheet = page("liens/export/", liste="reliees", q="rel")
    assert f"Reliée;;Camille Dominique;{RPPS};reliée" in sheet
    assert "Ordre des infirmiers" in page("sans-lien/export/", porte="ordre")
    with tenant(group.id):
        said = list(Line.objects.filter(act="directory_links_exported").values_list("sentence", flat=True))
        assert any("1 lignes de l'Annuaire Santé (Reliées, Nom : rel, CSV)" in one for one in said)
    assert page.client.get(f"{page.base}liens/export/?format=exe").status_code == 404


def test_a_manager_of_one_site_sees_its_people_and_decides_nothing(group, manager, client_for):
    with tenant(group.id):
        own = DirectoryLinkFactory(person=working(group, birth_name="Ici"))
        DirectoryLinkFactory(person=working(group, site="second", birth_name="Ailleurs"))
    client = client_for(manager)
    base = f"/g/{group.slug}/annuaire-sante/"
    home = read(client.get(base))
    assert "Vous voyez les professionnels de vos établissements" in home
    assert "Chercher de nouveaux liens" not in home
    shown = read(client.get(f"{base}liens/?liste=a-confirmer"))
    assert "ICI" in shown
    assert "AILLEURS" not in shown
    assert "Relier" not in shown
    for path in ("decider/", "rapprocher/", "creer/"):
        assert client.post(f"{base}{path}", {"confirm_one": str(own.pk)}).status_code == 403


def test_a_registration_manager_of_one_site_decides_there_only(group, client_for, load):
    load(at_work(group), at_work(group, OTHER, name="MARTIN", first_name="LEA"))
    user = MembershipFactory(
        group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.first.pk]
    ).user
    with tenant(group.id):
        here = DirectoryLinkFactory(person=someone(group), rpps=RPPS)
        there = DirectoryLinkFactory(person=working(group, site="second"), rpps=OTHER)
    client = client_for(user)
    base = f"/g/{group.slug}/annuaire-sante/"
    assert client.post(f"{base}rapprocher/").status_code == 403
    for one in (here, there):
        client.post(f"{base}decider/", {"confirm_one": str(one.pk)})
    with tenant(group.id):
        assert {one.rpps: one.state for one in DirectoryLink.objects.all()} == {
            RPPS: "linked",
            OTHER: "proposed",
        }


def test_the_page_of_a_person_tells_candidates_and_who_registers(group, administrator, client_for, load):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
    client = client_for(administrator)
    address = f"/g/{group.slug}/personnes/{person.pk}/"
    shown = read(client.get(address))
    assert "1 numéro possible" in shown
    assert "portail RPPS+" in shown
    client.post(f"{address}annuaire-sante/relier/", {"rpps": RPPS})
    shown = read(client.get(address))
    assert "(24 mois, en vigueur)" in shown
    assert "(36 mois, projet)" in shown
    assert "nom, profession et établissement" in shown
    assert "libre accès ne le donnent pas" in shown
    refused = client.post(
        f"{address}annuaire-sante/ecarter/?rpps={RPPS}", {"reason": "homonyme"}, follow=True
    )
    assert "il ne sera plus proposé" in read(refused)
    assert "Aucun numéro de l'Annuaire Santé ne concorde" in read(client.get(address))


def test_a_wrong_number_is_refused_in_french_and_stays_typed(group, administrator, client_for, load):
    load(at_work(group, OTHER, name="MARTIN"))
    with tenant(group.id):
        person = someone(group)
    address = f"/g/{group.slug}/e/{group.first.pk}/personnes/{person.pk}/annuaire-sante/relier/"
    for number, said in (
        (OTHER, "celui de MARTIN"),
        (RPPS, "n'est pas dans l'Annuaire"),
        ("12", "11 chiffres"),
    ):
        shown = read(client_for(administrator).post(address, {"rpps": number}))
        assert said in shown
        assert f'value="{number}"' in shown


def test_a_record_is_made_from_the_directory(group, page, load):
    load(at_work(group))
    assert "n'est pas dans l'Annuaire" in page("creer/", rpps=OTHER)
    assert "LEFEVRE ZOE" in page("creer/", rpps=RPPS)
    shown = read(page.post("creer/", rpps=RPPS, birth_name="N'Diaye"))
    assert "Fiche créée depuis l'Annuaire Santé" in shown
    for said in ("la date de naissance", "le sexe", "vue sur une pièce", "N'DIAYE (usage LEFEVRE) ZOE"):
        assert said in shown
    assert "ouvrez sa fiche" in page("creer/", rpps=RPPS)


def test_a_likely_double_is_shown_before_a_record_is_made(group, page, load):
    load(at_work(group))
    with tenant(group.id):
        someone(group)
        PersonIdentifierFactory()
    shown = page("creer/", rpps=RPPS)
    assert "Une fiche du groupe lui ressemble" in shown
    refused = read(page.post("creer/", rpps=RPPS))
    assert "aucune d'elles" in refused
    assert "Son identité civile reste à vérifier" in read(page.post("creer/", rpps=RPPS, is_another="on"))


def test_a_check_is_started_followed_and_its_result_kept(group, page, load, monkeypatch):
    """The worker comes late: the page says where it is, htmx asks for the progress alone, then the result."""
    rung = []
    monkeypatch.setattr(campaign_ring, "ring", lambda *ids: rung.append(ids))
    load(at_work(group))
    with tenant(group.id):
        link = DirectoryLinkFactory(linked=True, person=working(group, birth_name="Autre"), rpps=RPPS)
        assert link.differences == []
    shown = page("verifications/nouvelle/")
    assert "Tous (1)" in shown
    assert "À corriger" in read(page.post("verifications/nouvelle/", scope=""))
    started = page.post("verifications/nouvelle/", scope="all")
    assert "Vous pouvez fermer cette page" in read(started)
    assert "Suivre la vérification en cours" in page()
    assert "déjà en cours" in read(page.post("verifications/nouvelle/", scope="all"))
    address = started.request["PATH_INFO"]
    fragment = page.client.get(address, headers={"HX-Request": "true"})
    assert read(fragment).lstrip().startswith('<div id="progress"')
    compare_with_files(*rung[0])
    assert page.client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Vérification terminée" in read(page.client.get(address))
    assert "AUTRE" in page("liens/", liste="reliees", difference="other_name")


def test_a_check_is_stopped_with_a_reason(group, page):
    with tenant(group.id):
        campaign = CampaignFactory(state="api", ended_at=None)
    path = f"verifications/{campaign.pk}/arreter/"
    assert "Les autres restent à vérifier" in page(path)
    assert "À corriger" in read(page.post(path, reason=""))
    assert "Vérification arrêtée" in read(page.post(path, reason="fichiers du soir"))
    assert "fichiers du soir" in read(page.post(path, reason="encore"))
