"""Nothing that is typed, pasted or forged on the arrival pages breaks them, nor tells of somebody else."""

import pytest
from django.urls import reverse

from identities.people.models import HomonymDecision
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory
from tests.portal.shell.test_arrival import address, rows, said, typed
from tests.portal.shell.test_arrival_batch import key_of, paste, row, send

MISTYPED = {
    "agency": {"agency": "x" * 121},
    "replaced": {"replaced_person": str(uuid7())},
    "unit": {"unit": str(uuid7())},
    "function": {"function": "R85\x00"},
    "name": {"birth_name": "Mar\x00tin"},
    "email": {"email": f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.fr"},
    "first names": {"first_names": " ".join(f"Julie{chr(97 + rank % 26)}" for rank in range(300))},
    "year too far": {"starts_at": "31/12/9999"},
    "year too old": {"starts_at": "01/01/0001", "end_choice": "month_end"},
}


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


@pytest.mark.parametrize("changes", MISTYPED.values(), ids=MISTYPED)
@pytest.mark.parametrize("name", ["arrival", "arrival_check"])
def test_what_cannot_be_kept_is_refused_on_the_page(group, client, changes, name):
    assert client.post(address(group, name), typed(**changes)).status_code == 200
    assert client.get(address(group)).status_code == 200


@pytest.mark.parametrize("field", ["qui", "person", "double", "unknown"])
def test_a_null_character_breaks_no_draft(group, client, field):
    assert client.post(address(group, "arrival_check"), typed(**{field: "a\x00b"})).status_code == 200
    assert client.get(address(group, "arrival_search"), {"qui": "mar\x00tin"}).status_code == 200


def test_a_forged_homonym_tells_nothing_of_somebody_elsewhere(group, client):
    with tenant(group.id):
        stranger = PersonFactory(birth_name="Zurbach", first_names=["Wilfried"])
        AssignmentFactory(person=stranger, establishment=group.second)
    forged = {"double": "different", "apart": [str(stranger.pk), str(uuid7())], "apart_reason": "autre date"}
    assert client.post(address(group), typed(**forged)).status_code == 302
    assert not rows(group, HomonymDecision)
    with tenant(group.id):
        assert not Line.objects.filter(sentence__icontains="Zurbach").exists()


def test_a_forged_homonym_of_a_pasted_line_tells_nothing_either(group, client):
    batch = reverse("shell:arrival_batch", args=[group.slug, group.first.pk])
    with tenant(group.id):
        stranger = PersonFactory(birth_name="Zurbach", first_names=["Wilfried"])
    page = paste(client, batch, row())
    forged = {"l1-double": "different", "l1-apart": [str(stranger.pk)], "l1-apart_reason": "autre date"}
    assert send(client, batch, "create", page, confirmed="on", **forged).status_code == 302
    assert not rows(group, HomonymDecision)


@pytest.mark.parametrize("end", ["31/12/9999", "01/01/0001"])
def test_a_pasted_date_out_of_any_calendar_can_be_corrected(client, group, end):
    batch = reverse("shell:arrival_batch", args=[group.slug, group.first.pk])
    page = paste(client, batch, row().replace("\t\t3 jours", f"\t{end}\t7 jours"))
    assert "vérifiez-la" in page
    assert key_of(page)


@pytest.mark.parametrize("pasted", ['"' + "x" * 200_000, row(name="Mar\x00tin"), '"a\tb\n'])
def test_a_broken_paste_is_told_in_french(group, client, pasted):
    batch = reverse("shell:arrival_batch", args=[group.slug, group.first.pk])
    assert client.post(batch, {"action": "paste", "pasted": pasted}).status_code in (200, 302)
    assert client.get(batch).status_code == 200
    assert client.get(batch, {"envoi": "\x00"}).status_code == 200


def test_the_key_of_a_form_sent_elsewhere_is_refused_on_the_page(group, client, client_for, administrator):
    elsewhere = typed()
    other = address(group, establishment_id=group.second.pk)
    assert client_for(administrator).post(other, elsewhere).status_code == 302
    somebody = {"birth_name": "Zurbach", "first_names": "Wilfried", "birth_date": "01/02/1971", "phone": None}
    again = typed(submission_key=elsewhere["submission_key"], **somebody)
    page = client.post(address(group), again)
    assert page.status_code == 200
    assert "rechargez la page" in said(page)


def test_a_cell_beyond_measure_says_what_to_do(group, client):
    batch = reverse("shell:arrival_batch", args=[group.slug, group.first.pk])
    page = said(client.post(batch, {"action": "paste", "pasted": '"' + "x" * 200_000}))
    assert "guillemet" in page
