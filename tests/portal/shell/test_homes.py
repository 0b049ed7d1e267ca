"""Where each account lands, what the group and the site see first."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.shell import homes
from tenants.groups.models import Establishment, FinessCategory
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.fixtures import make_group


def group_home(group) -> str:
    return reverse("shell:group_home", args=[group.slug])


def site_home(group, establishment) -> str:
    return reverse("shell:site_home", args=[group.slug, establishment.pk])


def names_shown(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a class="row-link"[^>]*>([^<]+)</a>', html)


class TestLanding:
    def test_an_administrator_of_one_group_lands_on_its_table(self, group, administrator, client_for):
        assert client_for(administrator).get("/")["Location"] == group_home(group)

    def test_a_manager_of_one_site_lands_on_it(self, group, manager, client_for):
        assert client_for(manager).get("/")["Location"] == site_home(group, group.first)

    def test_a_manager_of_two_sites_chooses(self, group, client_for):
        sites = [group.first.pk, group.second.pk]
        user = MembershipFactory(group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=sites).user
        html = client_for(user).get("/", follow=True).content.decode()
        assert site_home(group, group.first) in html
        assert site_home(group, group.second) in html
        assert group_home(group) + '"' not in html

    def test_somebody_of_two_groups_chooses(self, group, administrator, client_for):
        other = make_group()
        MembershipFactory(group_id=other.id, user=administrator)
        answer = client_for(administrator).get("/", follow=True)
        html = answer.content.decode()
        assert answer.redirect_chain[0][0] == reverse("shell:choose_group")
        assert group_home(group) in html
        assert group_home(other) in html

    def test_the_operator_lands_on_the_groups(self, operator_user, client_for):
        assert client_for(operator_user).get("/")["Location"] == reverse("operator:groups")

    def test_the_operators_menu_leads_to_the_groups(self, operator_user, administrator, client_for):
        entry = f'<a href="{reverse("operator:groups")}"'
        assert entry in client_for(operator_user).get(reverse("account_rights:account")).content.decode()
        assert entry not in client_for(administrator).get(reverse("account_rights:account")).content.decode()

    def test_an_account_without_right_is_told_what_to_do(self, db, client_for):
        html = client_for(UserFactory()).get("/", follow=True).content.decode()
        assert "Aucun droit en cours" in html

    def test_a_reader_without_any_page_is_told(self, group, client_for):
        user = MembershipFactory(group_id=group.id, role=Role.ANS_READER).user
        html = client_for(user).get("/", follow=True).content.decode()
        assert group.group.name in html
        assert "Aucune page de ce groupe" in html

    def test_nobody_lands_without_signing_in(self, db, client):
        assert client.get("/")["Location"].startswith(reverse("account_login"))


@pytest.fixture
def busy_group(group):
    """Two missions ending today or soon on the first site, one arrival on the second."""
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
        AssignmentFactory(establishment=group.first, mission=True, ends_at=now() + timedelta(minutes=1))
        AssignmentFactory(establishment=group.first, mission=True)
        AssignmentFactory(establishment=group.second, planned=True)
    return group


class TestGroupHome:
    def test_shows_every_site_with_its_figures(self, busy_group, administrator, client_for):
        html = client_for(administrator).get(group_home(busy_group)).content.decode()
        assert names_shown(html) == sorted([busy_group.first.name, busy_group.second.name])
        row = html[html.index(f">{busy_group.first.name}</a>") :]
        assert re.findall(r'<td class="number"[^>]*>(\d+)</td>', row)[:4] == ["3", "2", "1", "0"]
        total = html[html.index("<tfoot>") :]
        assert re.findall(r'<td class="number"[^>]*>(\d+)</td>', total) == ["3", "2", "1", "1"]

    def test_sorts_by_a_figure_and_says_so(self, busy_group, administrator, client_for):
        client = client_for(administrator)
        html = client.get(group_home(busy_group) + "?tri=present").content.decode()
        assert names_shown(html) == [busy_group.second.name, busy_group.first.name]
        assert 'aria-sort="ascending"' in html
        html = client.get(group_home(busy_group) + "?tri=-present").content.decode()
        assert names_shown(html)[0] == busy_group.first.name
        assert 'aria-sort="descending"' in html

    def test_an_unknown_sort_changes_nothing(self, busy_group, administrator, client_for):
        answer = client_for(administrator).get(group_home(busy_group) + "?tri=-password")
        assert len(names_shown(answer.content.decode())) == 2

    def test_filters_by_category_department_and_words(self, group, administrator, client_for):
        with tenant(group.id):
            Establishment.objects.filter(pk=group.first.pk).update(
                category_code="183", department="73", name="IME Éléonore", city="Chambéry"
            )
            category = str(FinessCategory.objects.get(code="183"))
        client = client_for(administrator)
        for query in (f"category={category}", "department=73", "q=eleonore", "q=CHAMBERY"):
            html = client.get(f"{group_home(group)}?{query}").content.decode()
            assert names_shown(html) == ["IME Éléonore"], query
            assert "sur 2" in html
        html = client.get(group_home(group) + "?q=introuvable").content.decode()
        assert "Aucun établissement ne répond à ces filtres" in html

    def test_says_what_waits(self, busy_group, administrator, client_for):
        html = client_for(administrator).get(group_home(busy_group)).content.decode()
        assert "Une mission se termine aujourd&#x27;hui." in html
        assert f"{busy_group.first.name} (1)" in html

    def test_says_that_a_message_or_a_right_waits(self, group, administrator, client_for, monkeypatch):
        waiting = SimpleNamespace(count=lambda: 2)
        monkeypatch.setattr(homes, "messages_to_handle", lambda: waiting)
        MembershipFactory(group_id=group.id, state=MembershipState.TO_CONFIRM)
        html = client_for(administrator).get(group_home(group)).content.decode()
        assert "2 envois attendent une personne." in html
        assert "Un droit attend votre confirmation." in html
        assert reverse("memberships:rights", args=[group.slug]) in html

    def test_closed_sites_are_not_listed(self, group, administrator, client_for):
        with tenant(group.id):
            Establishment.objects.filter(pk=group.second.pk).update(closed_on="2020-01-01")
        html = client_for(administrator).get(group_home(group)).content.decode()
        assert names_shown(html) == [group.first.name]

    def test_a_director_of_one_site_sees_only_its_row(self, busy_group, client_for):
        user = MembershipFactory(
            group_id=busy_group.id, role=Role.DIRECTOR, establishment_ids=[busy_group.second.pk]
        ).user
        html = client_for(user).get(group_home(busy_group)).content.decode()
        assert names_shown(html) == [busy_group.second.name]

    def test_is_closed_to_a_site_manager_and_to_strangers(self, group, manager, client_for):
        assert client_for(manager).get(group_home(group)).status_code == 403
        stranger = MembershipFactory(group_id=make_group().id).user
        assert client_for(stranger).get(group_home(group)).status_code == 404

    def test_costs_the_same_for_many_sites(self, group, administrator, client_for):
        client = client_for(administrator)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(group_home(group))
            return len(queries)

        cost()
        before = cost()
        with tenant(group.id):
            EstablishmentFactory.create_batch(10, legal_entity=group.entity)
        assert cost() == before


class TestSiteHome:
    def test_offers_arrival_and_departure_first(self, group, manager, client_for):
        html = client_for(manager).get(site_home(group, group.first)).content.decode()
        assert html.index("À faire aujourd'hui") < html.index("Faire entrer une personne")
        assert reverse("shell:arrival", args=[group.slug, group.first.pk]) in html
        assert reverse("assignments:departures", args=[group.slug, group.first.pk]) in html
        assert "Rien à faire pour l'instant" in html

    def test_lists_what_is_due_with_its_address(self, busy_group, manager, client_for):
        html = client_for(manager).get(site_home(busy_group, busy_group.first)).content.decode()
        assert "Une mission se termine aujourd&#x27;hui." in html
        assert 'class="todo-warn"' in html

    def test_says_where_one_is(self, group, manager, client_for):
        html = client_for(manager).get(site_home(group, group.first)).content.decode()
        header = html[html.index("<header") : html.index("</header>")]
        assert group.group.name in header
        assert group.first.name in header

    def test_hides_the_buttons_from_those_who_only_read(self, group, client_for):
        user = MembershipFactory(group_id=group.id, role=Role.AUDITOR).user
        html = client_for(user).get(site_home(group, group.first)).content.decode()
        assert "Faire entrer une personne" not in html
        assert "big-action" not in html

    def test_another_site_is_not_there(self, group, manager, client_for):
        client = client_for(manager)
        assert client.get(site_home(group, group.second)).status_code == 404
        assert client.get(reverse("shell:site_home", args=[group.slug, uuid4()])).status_code == 404

    def test_a_site_of_another_group_is_not_there_for_an_administrator(
        self, group, administrator, client_for
    ):
        other = make_group()
        assert client_for(administrator).get(site_home(group, other.first)).status_code == 404


class TestMenu:
    def menu(self, html: str) -> list[str]:
        nav = html[html.index('<nav id="navigation"') : html.index("</nav>")]
        return re.findall(r"</svg>([^<]+)</a>", nav)

    def test_shows_an_administrator_the_group(self, group, administrator, client_for):
        html = client_for(administrator).get(group_home(group)).content.decode()
        assert self.menu(html)[:2] == ["Tableau du groupe", "Tous les professionnels"]
        assert 'aria-current="page"' in html

    def test_a_page_below_a_place_shows_that_place(self, group, administrator, client_for):
        html = (
            client_for(administrator)
            .get(reverse("registrations:to_register", args=[group.slug]))
            .content.decode()
        )
        [here] = re.findall(r'<a href="([^"]+)" aria-current="true"', html)
        assert here == reverse("registrations:desk", args=[group.slug])

    def test_shows_a_manager_the_site_and_no_group_table(self, group, manager, client_for):
        entries = self.menu(client_for(manager).get(site_home(group, group.first)).content.decode())
        assert entries[:4] == ["Accueil du site", "Arrivée", "Départs", "Professionnels du site"]
        assert "Tableau du groupe" not in entries
        assert "Réglages du groupe" not in entries

    def test_every_entry_opens(self, group, administrator, manager, client_for):
        for user, page in ((administrator, group_home(group)), (manager, site_home(group, group.first))):
            client = client_for(user)
            html = client.get(page).content.decode()
            nav = html[html.index('<nav id="navigation"') : html.index("</nav>")]
            for address in re.findall(r'href="([^"]+)"', nav):
                assert client.get(address).status_code == 200, address
