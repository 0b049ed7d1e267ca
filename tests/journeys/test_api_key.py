"""« Clé d'un logiciel » in a real browser: created, used by the payroll over HTTP, its guard lifted by a person, revoked."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from identities.hr_imports import tasks, work
from identities.people.models import Person
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from tests.factories.hr_imports import SourceFactory
from tests.identities.hr_imports.api_client import api_row
from tests.journeys.second_factor import sign_in

pytestmark = pytest.mark.slow


def test_a_payroll_is_given_a_key_and_pushes_until_it_is_revoked(
    group, administrator, browser_page, check, monkeypatch
):
    monkeypatch.setattr(work, "ring", lambda ids: tasks.carry_on(**ids))
    with tenant(group.id):
        source = SourceFactory(name="Paie Siège")
    page, api = browser_page, browser_page.context.request
    sign_in(page, administrator.email)
    page.goto(f"/g/{group.slug}/cles/")
    check(page)
    page.get_by_role("link", name="Nouvelle clé").click()
    page.get_by_label("Nom du logiciel").fill("Paie Siège")
    page.get_by_label("Expire le").fill("01/01/2150")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_text("Une clé vit un an au plus").first).to_be_visible()
    check(page)
    page.get_by_label("Expire le").fill(f"{today() + timedelta(days=90):%d/%m/%Y}")
    page.get_by_role("button", name="Créer la clé").click()
    secret = page.locator("#api-secret").inner_text()
    expect(page.get_by_role("button", name="Copier le secret")).to_be_visible()
    check(page)

    def push(word: str, *rows):
        return api.post(
            f"/api/v1/hr-sources/{source.pk}/runs/?apply=when_unguarded",
            data=json.dumps({"rows": rows}),
            headers={
                "Authorization": f"Bearer {secret}",
                "Idempotency-Key": word,
                "Content-Type": "application/json",
            },
        )

    answer = push("nuit-1", api_row(group.first), api_row(group.first, "9", function="Dompteur"))
    assert answer.status == 201
    page.goto(f"/g/{group.slug}/")
    page.get_by_role("link", name="Voir l'import").click()
    expect(page.get_by_text("Fonction inconnue : « Dompteur »")).to_be_visible()
    expect(page.get_by_text("Le logiciel “Paie Siège” a déposé « envoi.json »")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Appliquer").click()
    page.get_by_label("Motif").fill("Le dompteur arrive le mois prochain")
    page.get_by_role("button", name=re.compile("Appliquer")).click()
    expect(page.get_by_text("appliqué", exact=False).first).to_be_visible()
    with tenant(group.id):
        assert Person.objects.count() == 1

    page.goto(f"/g/{group.slug}/cles/")
    page.get_by_role("link", name="Paie Siège").click()
    check(page)
    page.get_by_role("link", name="Renouveler").click()
    check(page)
    page.get_by_label("Dans 1 jour").check()
    page.get_by_role("button", name="Renouveler le secret").click()
    assert page.locator("#api-secret").inner_text() != secret
    check(page)
    page.get_by_role("link", name="J'ai copié le secret").click()
    expect(page.get_by_text("Deux secrets ouvrent en ce moment")).to_be_visible()
    check(page)
    assert push("nuit-2", api_row(group.first)).status == 201
    page.get_by_role("link", name="Révoquer").click()
    check(page)
    page.get_by_role("button", name="Révoquer cette clé").click()
    expect(page.get_by_text("elle n'ouvre plus rien")).to_be_visible()
    check(page)
    assert push("nuit-3", api_row(group.first)).status == 401
