"""A payroll pushes its rows by itself, from the key to people who arrived."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from identities.assignments.models import Assignment
from identities.hr_imports.models import DepositedFile, Run, Source
from identities.hr_imports.notices import hr_imports_waiting
from identities.hr_imports.operations import start_check
from identities.people.models import Person
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.queries import access_to
from tests.factories.api_keys import make_key
from tests.factories.hr_imports import PAYROLL, SourceFactory, deposit, hr_file, hr_line
from tests.factories.people import PersonFactory
from tests.identities.hr_imports.api_client import Software, api_row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sentences(group) -> list[str]:
    with tenant(group.id):
        return list(Line.objects.order_by("number", "at").values_list("sentence", flat=True))


def test_rows_are_pushed_checked_applied_and_read(group, software):
    answer = software.push(api_row(group.first), api_row(group.second, "0422", first_names="Andrée"))
    pushed = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == pushed["url"]
    assert (pushed["state"], pushed["rows"], pushed["figures"]) == ("checking", 2, None)
    assert pushed["progress"] == {"percent": 0, "words": "En attente d'un traitement"}
    software.work(pushed["id"])
    checked = software.run(pushed["id"])
    assert (checked["state"], checked["figures"]["created"], checked["guards"]) == ("checked", 2, [])
    assert checked["may_apply"]
    assert software.post(f"hr-runs/{pushed['id']}/apply/").json()["state"] == "applying"
    software.work(pushed["id"])
    assert software.run(pushed["id"])["state"] == "applied"
    assert software.post(f"hr-runs/{pushed['id']}/apply/").json()["state"] == "applied", (
        "asked twice, done once"
    )
    with tenant(group.id):
        assert sorted(Person.objects.values_list("first_names", flat=True)) == [["Andrée"], ["Camille"]]
        assert Assignment.objects.count() == 2
    said = sentences(group)
    assert any(one.startswith("Le logiciel “Paie Siège” a déposé « envoi.json »") for one in said)
    assert any(one == "Le logiciel “Paie Siège” a appliqué « envoi.json »." for one in said)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("text/csv", "paie.csv"), ("application/octet-stream", "paie.csv"), ("text/csv; charset=cp1252", "")],
)
def test_the_file_itself_goes_the_same_way(group, software, kind, name):
    body = hr_file(hr_line(group.first))
    pushed = software.send(body, kind, file_name=name).json()
    software.work(pushed["id"])
    assert software.run(pushed["id"])["figures"]["created"] == 1
    with tenant(group.id):
        assert bytes(DepositedFile.objects.get().content) == body
        assert Source.objects.get().mapping["finess et"] == "site", "remembered, as on screen"


def test_a_form_carries_it_too(group, software):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = software.client.post(
        f"/api/v1/hr-sources/{software.source_id}/runs/",
        {"file": SimpleUploadedFile("paie.csv", hr_file(hr_line(group.first)))},
        headers={"Idempotency-Key": "un"},
    )
    assert (answer.status_code, answer.json()["file_name"]) == (201, "paie.csv")


def test_applied_by_itself_when_no_guard_stops_it(group, software):
    pushed = software.push(api_row(group.first), apply="when_unguarded").json()
    software.work(pushed["id"])
    assert software.run(pushed["id"])["state"] == "applied"
    with tenant(group.id):
        assert Assignment.objects.count() == 1


def guarded(group, software) -> dict:
    return software.push(
        api_row(group.first), api_row(group.first, "9", site="ETAB01"), apply="when_unguarded"
    ).json()


def test_a_guard_stops_software_and_says_where_a_person_goes_on(group, software, administrator):
    pushed = guarded(group, software)
    software.work(pushed["id"])
    run = software.run(pushed["id"])
    assert (run["state"], run["may_apply"], run["may_abandon"]) == ("checked", False, True)
    assert run["guards"][0]["kind"] == "unknown_site"
    answer = software.post(f"hr-runs/{pushed['id']}/apply/")
    assert (answer.status_code, answer.json()["code"]) == (409, "guarded")
    assert answer.json()["page"].endswith(f"/g/{group.slug}/imports-rh/{pushed['id']}/")
    assert "Un garde-fou arrête cet import" in answer.json()["detail"]
    with tenant(group.id):
        assert not Person.objects.exists()
        (item,) = hr_imports_waiting(access_to(administrator, group.slug))
    assert "un garde-fou l'arrête" in item.text
    assert software.post(f"hr-runs/{pushed['id']}/abandon/").json()["state"] == "abandoned"
    assert software.post(f"hr-runs/{pushed['id']}/abandon/").status_code == 200


def test_a_check_that_a_person_asks_for_is_not_applied_behind_their_back(group, software):
    pushed = guarded(group, software)
    software.work(pushed["id"])
    with tenant(group.id):
        Source.objects.update(site_codes={"etab01": str(group.first.pk)})
        run = Run.objects.select_related("source").get()
        start_check(actor=PAYROLL, run=run)
    software.work(pushed["id"])
    run = software.run(pushed["id"])
    assert (run["state"], run["guards"]) == ("checked", [])


def test_doubles_are_left_aside_counted_and_told_to_people(group, software, administrator):
    with tenant(group.id):
        PersonFactory(birth_name="Fictiff", first_names=["Camille"], birth_date="1985-03-12")
    pushed = software.push(api_row(group.first), apply="when_unguarded").json()
    software.work(pushed["id"])
    run = software.run(pushed["id"])
    assert (run["state"], run["figures"]["double"], run["figures"]["created"]) == ("applied", 1, 0)
    assert "Fictiff" not in str(run).title()
    access = access_to(administrator, group.slug)
    with tenant(group.id):
        (item,) = hr_imports_waiting(access)
    assert "a laissé un double probable de côté" in item.text
    again = software.push(api_row(group.first)).json()
    software.work(again["id"])
    with tenant(group.id):
        (item,) = hr_imports_waiting(access)
    assert "par son logiciel, situation au" in item.text, "the new one waits: decided there, on its page"


def test_the_same_request_twice_is_one_import(group, software):
    rows = [api_row(group.first)]
    first = software.push(*rows, once="nuit-1")
    again = software.push(*rows, once="nuit-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    software.work(first.json()["id"])
    software.post(f"hr-runs/{first.json()['id']}/apply/")
    software.work(first.json()["id"])
    late = software.push(*rows, once="nuit-1")
    assert (late.status_code, late.json()["state"]) == (200, "applied")
    assert software.runs() == 1


@pytest.mark.parametrize("changed", [{"as_of": "2026-11-01"}, {"apply": "when_unguarded"}, {"rows": True}])
def test_a_word_that_served_another_request_is_refused(group, software, changed):
    software.push(api_row(group.first), once="nuit-1")
    other = api_row(group.first, "0499") if changed.pop("rows", False) else api_row(group.first)
    answer = software.push(other, once="nuit-1", **changed)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_used")


def test_a_second_push_is_told_which_import_is_open(group, software):
    first = software.push(api_row(group.first)).json()
    answer = software.push(api_row(group.second))
    assert (answer.status_code, answer.json()["code"], answer.json()["run"]) == (409, "open_run", first["id"])
    assert answer.json()["page"] == first["page"]
    assert software.runs() == 1
    assert software.get("hr-sources/").json()["sources"][0]["open_run"] == first["id"]


def _at_once(calls: list) -> list:
    def one(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_the_same_request_at_once_is_one_import(group, software):
    answers = _at_once([lambda: software.push(api_row(group.first), once="nuit-1")] * 4)
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert len({one.json()["id"] for one in answers}) == 1
    assert software.runs() == 1


def test_two_pushes_at_once_are_one_import_and_one_refusal(group, software):
    pushes = [lambda rank=rank: software.push(api_row(group.first), once=f"nuit-{rank}") for rank in range(2)]
    answers = _at_once(pushes)
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = (one.json() for one in answers if one.status_code == 409)
    (made,) = (one.json() for one in answers if one.status_code == 201)
    assert refused["run"] == made["id"]


def test_refused_lines_are_read_as_json_and_as_csv(group, software):
    rows = [api_row(group.first), api_row(group.first, "0422", birth_date="31/02/1980", first_names="Andrée")]
    pushed = software.push(*rows).json()
    software.work(pushed["id"])
    told = software.get(f"hr-runs/{pushed['id']}/refused/").json()
    assert told["next"] is None
    (line,) = told["lines"]
    assert line["line"] == 2
    assert line["problems"][0]["column"] == "birth_date"
    assert line["problems"][0]["title"] == "Date de naissance"
    assert "n'existe pas" in line["problems"][0]["message"]
    assert line["cells"]["Date de naissance"] == "31/02/1980"
    text = software.get(f"hr-runs/{pushed['id']}/refused.csv").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Matricule;")
    assert "31/02/1980" in text


def test_refused_lines_come_page_by_page(group, software, monkeypatch):
    monkeypatch.setattr("identities.hr_imports.api.PAGE", 2)
    pushed = software.push(*(api_row(group.first, f"{rank}", birth_date="hier") for rank in range(5))).json()
    software.work(pushed["id"])
    address, seen = f"hr-runs/{pushed['id']}/refused/", []
    while address:
        page = software.get(address.rpartition("/api/v1/")[2]).json()
        seen.append([one["line"] for one in page["lines"]])
        address = page["next"]
    assert seen == [[1, 2], [3, 4], [5]]


def test_software_goes_on_only_with_what_it_sent(group, software):
    with tenant(group.id):
        source = Source.objects.get()
        run = deposit(source, hr_line(group.first))
    for act in ("apply", "abandon"):
        answer = software.post(f"hr-runs/{run.pk}/{act}/")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
        assert "a été déposé par Camille RH" in answer.json()["detail"]
    assert software.run(str(run.pk))["state"] == "received"
    with tenant(group.id):
        neighbour = Software(group, make_key(), source.pk)
    assert neighbour.run(str(run.pk))["may_abandon"] is False


def test_a_limited_key_reaches_its_sources_only(group, software):
    with tenant(group.id):
        agency = SourceFactory(name="Agence du Rhône")
        limited = Software(group, make_key(limited_to=[agency.pk]), agency.pk)
    pushed = software.push(api_row(group.first)).json()
    assert [one["name"] for one in limited.get("hr-sources/").json()["sources"]] == ["Agence du Rhône"]
    assert limited.push(api_row(group.first)).status_code == 201
    for path in (
        f"hr-runs/{pushed['id']}/",
        f"hr-runs/{pushed['id']}/refused/",
        f"hr-runs/{pushed['id']}/refused.csv",
    ):
        assert limited.get(path).status_code == 404
    assert limited.send("{}", "application/json", source_id=software.source_id).status_code == 404
    assert limited.post(f"hr-runs/{pushed['id']}/abandon/").status_code == 404
