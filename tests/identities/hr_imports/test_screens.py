"""Pages of HR imports: what they refuse, and what they remember."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from identities.hr_imports.models import GuardSettings, JobTitle, Run, Source
from identities.hr_imports.operations import start_check, tell_function
from identities.hr_imports.tasks import carry_on
from portal.foundation.names import search_key
from portal.foundation.tenancy import tenant
from tenants.memberships.permissions import Role
from tests.factories.hr_imports import PAYROLL, SourceFactory, deposit, hr_file, hr_line
from tests.factories.memberships import MembershipFactory
from tests.factories.people import PersonFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def source(group) -> Source:
    with tenant(group.id):
        return SourceFactory(name="Paie des Tilleuls")


@pytest.fixture
def client(administrator, client_for):
    return client_for(administrator)


def at(group, route: str, **ids) -> str:
    return reverse(f"hr_imports:{route}", kwargs={"group_slug": group.slug, **ids})


def send(client, group, source, content: bytes, name: str = "paie_20261101.csv", **more):
    file = SimpleUploadedFile(name, content)
    values = {"file": file, "as_of": "", "whole": "1", **more}
    return client.post(at(group, "deposit", source_id=source.pk), values)


def only_run(group) -> Run:
    with tenant(group.id):
        return Run.objects.select_related("source").get()


def test_a_deposit_leads_to_its_columns_and_takes_the_date_of_its_name(client, group, source):
    answer = send(client, group, source, hr_file(hr_line(group.first)))
    run = only_run(group)
    assert answer.url == at(group, "columns", run_id=run.pk)
    assert f"{run.as_of}" == "2026-11-01"
    page = client.get(answer.url)
    assert "Par exemple : 0421" in page.text
    posted = {
        f"column_{rank}": run.mapping.get(key, "") or "-"
        for rank, key in enumerate(map(search_key, run.headers))
    }
    assert client.post(answer.url, posted).url == at(group, "run", run_id=run.pk)
    assert only_run(group).state == "checking"
    with tenant(group.id):
        assert Source.objects.get().mapping["finess et"] == "site"


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        (b"", {}, "Le fichier est vide"),
        (b"Matricule;Nom;Prenom\n", {}, "que sa ligne de titres"),
        (b"Matricule;Nom;Prenom\n1;A;\x00", {}, "caractères nuls"),
        (b"Matricule;Nom;Prenom\n1;A;B\n", {"whole": ""}, "coupé avant la fin"),
        (b"Matricule;Nom;Prenom\n1;A;B\n", {"as_of": "31/02/2026"}, "31/02/2026 n&#x27;existe pas"),
    ],
)
def test_what_cannot_be_read_is_told_on_the_page_and_leaves_nothing(
    client, group, source, content, more, words
):
    answer = send(client, group, source, content, **more)
    assert answer.status_code == 200
    assert words in answer.text
    with tenant(group.id):
        assert not Run.objects.exists()


def test_a_body_that_is_too_long_is_refused_before_it_is_read(client, group, source):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = client.generic(
        "POST", at(group, "deposit", source_id=source.pk), b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**30), **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "1024 Mo" in answer.text


def test_a_deposit_without_its_token_is_refused(group, source, administrator):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    assert send(strict, group, source, hr_file(hr_line(group.first))).status_code == 403


def test_a_second_file_of_the_same_source_waits(client, group, source):
    send(client, group, source, hr_file(hr_line(group.first)))
    answer = send(client, group, source, hr_file(hr_line(group.first)))
    assert "est déjà ouvert" in answer.text


def checked(group, source, *lines) -> Run:
    with tenant(group.id):
        run = deposit(source, *lines)
        start_check(actor=PAYROLL, run=run, mapping=run.mapping)
    carry_on(group_id=str(group.id), run_id=str(run.pk))
    return only_run(group)


def test_what_is_unknown_is_told_on_screen_and_checked_again(client, group, source):
    run = checked(group, source, hr_line(group.first, **{"FINESS ET": "ETAB01", "Emploi": "Dompteur"}))
    address = at(group, "unknown", run_id=run.pk)
    assert "Fonction « Dompteur »" in client.get(address).text
    assert "Choisissez au moins une correspondance" in client.post(address, {}).text
    client.post(address, {"site_0": str(group.first.pk), "function_0": "R85-368"})
    carry_on(group_id=str(group.id), run_id=str(run.pk))
    assert only_run(group).counts["created"] == 1


def test_a_double_is_decided_on_screen(client, group, source):
    with tenant(group.id):
        person = PersonFactory(birth_name="Fictiff", first_names=["Camille"], birth_date="1985-03-12")
    run = checked(group, source, hr_line(group.first))
    address = at(group, "doubles", run_id=run.pk)
    assert "FICTIFF Camille" in client.get(address).text
    for wrong in ("", "2", "2 autre", "99 new", "² new"):
        client.post(address, {"decision": wrong})
        assert only_run(group).state == "checked"
    client.post(address, {"decision": f"2 {person.pk}"})
    carry_on(group_id=str(group.id), run_id=str(run.pk))
    assert only_run(group).counts["joined"] == 1


def test_refused_lines_are_downloaded_without_a_formula(client, group, source):
    run = checked(group, source, hr_line(group.first, **{"Nom de naissance": "=1+1"}))
    answer = client.get(at(group, "refused", run_id=run.pk))
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0].endswith(";Motif")
    assert ";'=1+1;" in text


def test_hr_may_not_go_past_a_guard(group, source, client_for):
    run = checked(group, source, hr_line(group.first), hr_line(group.first, "9", **{"FINESS ET": "ETAB01"}))
    hr = client_for(MembershipFactory(group_id=group.id, role=Role.HR).user)
    answer = hr.post(at(group, "apply", run_id=run.pk), {"reason": "Je suis sûre de ce fichier"})
    assert "seul un administrateur de groupe" in answer.text
    assert only_run(group).state == "checked"
    assert hr.get(at(group, "guards")).status_code == 403


def test_a_source_is_added_and_its_name_is_unique(client, group, source):
    values = {
        "name": "Paie des Tilleuls",
        "kind": "payroll",
        "legal_entity": str(group.entity.pk),
        "issuer": "",
        "is_complete": "on",
    }
    assert "Une source s&#x27;appelle déjà" in client.post(at(group, "new_source"), values).text
    assert (
        client.post(at(group, "new_source"), {**values, "name": "Octime", "kind": "planning"}).status_code
        == 302
    )
    with tenant(group.id):
        added = Source.objects.get(name="Octime")
        assert added.legal_entity_id == group.entity.pk
    edit = at(group, "source", source_id=added.pk)
    assert (
        client.post(edit, {**values, "name": "Octime 2", "kind": "agency", "is_complete": ""}).status_code
        == 302
    )
    with tenant(group.id):
        added.refresh_from_db()
        assert (added.name, added.is_complete) == ("Octime 2", False)


def test_guards_and_job_titles_are_of_the_group(client, group):
    values = {"departures_percent": "20", "departures_count": "30", "shrink_percent": "15"}
    assert client.post(at(group, "guards"), values).status_code == 302
    with tenant(group.id):
        assert GuardSettings.objects.get().departures_count == 30
        title = tell_function(actor=PAYROLL, title="Dompteur", function_code="R85-368")
    assert "Dompteur" in client.get(at(group, "titles")).text
    client.post(at(group, "forget_title", title_id=title.pk))
    with tenant(group.id):
        assert not JobTitle.objects.exists()


def test_the_titles_that_the_portal_proposes_are_marked_as_ours(client, group):
    page = client.get(at(group, "titles")).text
    assert "Cette table est la nôtre" in page
    assert re.search(r"AMP</th>\s*<td[^>]*>Accompagnant éducatif et social", page)
