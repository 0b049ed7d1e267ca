"""The review as a browser without JavaScript sees it."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from identities.reviews.models import Campaign, ReviewAnswer, SiteReview
from identities.reviews.notices import reviews_waiting
from identities.reviews.operations import confirm_lines, start_campaign
from identities.reviews.queries import waiting_lines
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.memberships.queries import access_to
from tests.factories.assignments import AssignmentFactory

ANNE = Machine("Anne Référente")


@pytest.fixture
def site(group, manager, client_for):
    """The manager's client, and the review of their site with thirty people."""
    with tenant(group.id):
        for letter in "ABC":
            AssignmentFactory(establishment=group.first, person__birth_name=f"Zola-{letter}")
        AssignmentFactory.create_batch(27, establishment=group.first)
        AssignmentFactory(establishment=group.second, person__birth_name="Voisin")
        campaign = start_campaign(actor=ANNE, due_on=today() + timedelta(days=30))
        review = SiteReview.objects.get(establishment=group.first)
    url = reverse("reviews:review", args=[group.slug, group.first.pk, review.pk])
    return SimpleNamespace(client=client_for(manager), campaign=campaign, review=review, url=url, group=group)


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def ids(site, count=None):
    with tenant(site.group.id):
        return [str(one.pk) for one in waiting_lines(site.review)[:count]]


def test_the_list_is_ticked_page_by_page_and_nothing_is_ticked_for_us(site):
    page = text(site.client.get(site.url))
    assert page.count('name="here"') == 25
    assert " checked" not in page
    page = text(site.client.post(site.url, {"here": ids(site, 25)}, follow=True))
    assert "25 présences confirmées. Il en reste 5." in page
    page = text(site.client.post(site.url, {"here": ids(site)}, follow=True))
    assert "La revue de ce site est terminée" in page
    assert "par " in page
    assert 'name="here"' not in page


def test_a_second_click_is_harmless_and_rubbish_is_left_aside(site):
    sent = {"here": [*ids(site, 1), "zzz"]}
    site.client.post(site.url, sent)
    page = text(site.client.post(site.url, sent, follow=True))
    assert "quelqu'un venait de le faire" in page
    assert "Cochez d'abord" in text(site.client.post(site.url, {}, follow=True))
    with tenant(site.group.id):
        assert ReviewAnswer.objects.count() == 1


def test_a_departure_from_the_list(site):
    line, ticked = ids(site)[-1], ids(site, 1)
    url = f"{site.url}lignes/{line}/depart/"
    page = text(site.client.post(site.url, {"here": ticked, "gone": line}, follow=True))
    assert "ZOLA-C Camille ne travaille plus ici" in page
    assert "Une présence confirmée. Il en reste 29." in page
    page = text(site.client.post(site.url, {"gone": line}, follow=True))
    assert "Cochez d'abord" not in page
    typed = {"moment": "date", "at": "01/02/2001", "reason": "resignation"}
    assert "déjà passé" in text(site.client.post(url, typed))
    page = text(site.client.post(url, {"moment": "now", "reason": "resignation"}, follow=True))
    assert "Départ de ZOLA-C" in page
    assert "n'y a plus rien à répondre" in text(site.client.get(url, follow=True))
    page = text(site.client.get(f"{site.url}?onglet=faits"))
    assert "Ne travaille plus ici" in page


def test_the_home_page_and_the_digest_say_what_waits(site, manager):
    home = reverse("shell:site_home", args=[site.group.slug, site.group.first.pk])
    page = text(site.client.get(home))
    assert "30 personnes à confirmer avant le" in page
    access = access_to(manager, site.group.slug, None)
    with tenant(site.group.id, [site.group.first.pk]):
        items = list(reviews_waiting(access))
    assert [one.text for one in items] == [
        f"{site.group.first.name}. Revue annuelle des présents : 30 personnes à confirmer avant le "
        f"{site.campaign.due_on:%d/%m/%Y}."
    ]
    assert site.client.get(items[0].url, follow=True).status_code == 200


def test_a_manager_sees_the_progress_of_their_sites_only(site):
    page = text(site.client.get(reverse("reviews:campaign", args=[site.group.slug, site.campaign.pk])))
    assert site.group.first.name in page
    assert site.group.second.name not in page
    assert "Clore la revue" not in page
    assert site.client.get(reverse("reviews:start", args=[site.group.slug])).status_code == 403


def test_the_proof_leaves_as_a_spreadsheet(site):
    with tenant(site.group.id):
        confirm_lines(
            actor=ANNE, review=site.review, line_ids=[one.pk for one in waiting_lines(site.review)[:2]]
        )
    for address in (
        reverse("reviews:export", args=[site.group.slug, site.campaign.pk]),
        reverse("reviews:export_of_site", args=[site.group.slug, site.group.first.pk, site.review.pk]),
    ):
        rows = list(
            csv.reader(io.StringIO(site.client.get(address).content.decode("utf-8-sig")), delimiter=";")
        )
        assert len(rows) == 31
        assert [row[6] for row in rows].count("toujours là") == 2
        assert "Voisin" not in str(rows)
        assert site.client.get(f"{address}?format=zzz").status_code == 404


@pytest.fixture
def group_pages(group, administrator, client_for):
    client = client_for(administrator)
    return client, lambda name, *args: reverse(f"reviews:{name}", args=[group.slug, *args])


def test_started_once_by_a_double_click_then_closed(group, group_pages):
    client, url = group_pages
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
    assert "Aucune revue" in text(client.get(url("campaigns")))
    due = f"{today() + timedelta(days=20):%d/%m/%Y}"
    for _ in range(2):
        page = text(client.post(url("start"), {"due_on": due}, follow=True))
        assert "Avancement par établissement" in page
    with tenant(group.id):
        campaign = Campaign.objects.get()
    assert "Un site n'a pas terminé" in text(client.get(url("close", campaign.pk)))
    for _ in range(2):
        page = text(client.post(url("close", campaign.pk), follow=True))
    assert "déjà close" in page
    assert "Non terminée" in page


def test_a_late_review_is_told_on_the_home_page_of_the_group(group, group_pages):
    client, _ = group_pages
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
        start_campaign(actor=ANNE, due_on=today() + timedelta(days=1))
        Campaign.objects.update(due_on=now().date() - timedelta(days=2))
    assert "Un site n'a pas terminé la revue" in text(
        client.get(reverse("shell:group_home", args=[group.slug]))
    )


def test_the_yearly_month_is_kept(group, group_pages):
    client, url = group_pages
    page = text(client.post(url("schedule"), {"month": "3", "days_to_answer": "20"}, follow=True))
    assert "commence toute seule en mars" in page
    assert 'value="0"' in text(client.post(url("schedule"), {"month": "3", "days_to_answer": "0"}))


def test_a_site_without_review_is_told_what_will_come(group, manager, client_for):
    page = text(client_for(manager).get(reverse("reviews:of_site", args=[group.slug, group.first.pk])))
    assert "Aucune revue pour l'instant" in page


def test_a_review_of_just_after_midnight_is_dated_in_paris(group, group_pages):
    with time_machine.travel("2026-06-30T22:30:00+00:00", tick=False), tenant(group.id):
        AssignmentFactory(establishment=group.first)
        campaign = start_campaign(actor=ANNE, due_on=today() + timedelta(days=30))
    client, url = group_pages
    assert "2026-07-01" in client.get(url("export", campaign.pk))["Content-Disposition"]


@pytest.mark.parametrize(
    ("looked_at", "is_overdue"), [("2026-11-22 23:30Z", False), ("2026-11-23 23:30Z", True)]
)
def test_twelve_months_are_counted_in_paris(group, administrator, client_for, looked_at, is_overdue):
    with time_machine.travel("2025-11-22 23:30Z", tick=False), tenant(group.id):
        AssignmentFactory(establishment=group.first)
        start_campaign(actor=ANNE, due_on=today() + timedelta(days=30))
    with time_machine.travel(looked_at, tick=False):
        page = text(client_for(administrator).get(reverse("reviews:campaigns", args=[group.slug])))
    assert ("plus de 12 mois" in page) == is_overdue
