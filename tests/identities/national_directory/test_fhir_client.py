"""The client of the Annuaire Santé API against the stand-in over HTTP, and against the shapes of the guide."""

import json
from datetime import date

import httpx2
import pytest

from identities.national_directory.fhir import client as wire
from identities.national_directory.fhir.client import DirectoryClient
from identities.national_directory.fhir.failures import DirectoryApiError, Failure
from identities.national_directory.fhir.found import Activity, Card, Professional
from identities.national_directory.fhir.profiles import finess_of, professionals, with_finess
from tests.shared import shared

RPPS, NURSE, DOCTOR, INACTIVE, UNKNOWN = (
    "99900000011", "99900000029", "99900000037", "99900000045", "99900000052",
)  # fmt: skip
CAMILLE = Professional(
    number=RPPS,
    is_active=True,
    name="EXEMPLE",
    first_name="Camille",
    civility="MME",
    professions=("99",),
    activities=(Activity(True, "GENR01", "S", "313", "001-01-0000001", "990000010"),),
    cards=(Card("CPS", "0000000001", date(2025, 1, 10), date(2028, 1, 10), None),),
    mailboxes=("camille.exemple@test.mssante.fr",),
)


def sample(name):
    return json.loads(shared(f"samples/fhir_v2_shape/{name}").read_text())


@pytest.fixture
def quick(monkeypatch):
    """No wait between two tries."""
    monkeypatch.setattr(wire, "LONGEST_WAIT", 0.01)


def test_the_shapes_of_the_guide_are_read():
    resources = [entry["resource"] for entry in sample("Bundle_searchset.json")["entry"]]
    structure = sample("Organization_EG_EHPAD.json")
    finess = finess_of([structure, sample("Organization_EJ.json")])
    assert finess == {"001-01-0000001": "990000010", "001-02-0000001": "990000028"}
    assert with_finess(professionals(resources)[RPPS], finess) == CAMILLE
    assert professionals([sample("PractitionerRole_inactive.json"), sample("Person_DR.json")]) == {}


def test_a_professional_comes_with_activities_cards_and_mailboxes(directory_api):
    with DirectoryClient() as client:
        found = client.people([RPPS, INACTIVE, UNKNOWN])
        sites = client.structures(["990000010", "990000028"])
        assert client.take_calls() == 2
    (site,) = [name for name, finess in sites.items() if finess == "990000010"]
    camille = with_finess(found[RPPS], sites)
    assert camille.activities == (Activity(True, "GENR01", "S", "313", site, "990000010"),)
    assert camille == Professional(**{**vars(CAMILLE), "activities": camille.activities})
    assert found[INACTIVE] == Professional(INACTIVE, is_active=False)
    assert UNKNOWN not in found


def test_technical_ids_change_and_nothing_is_lost(directory_api):
    with DirectoryClient() as client:
        before = client.structures(["990000010"])
        directory_api.tell_directory(release=True)
        after = client.structures(["990000010"])
        assert before != after
        assert with_finess(client.people([RPPS])[RPPS], after).activities[0].finess == "990000010"


def test_pages_are_followed_as_they_are_given(directory_api, monkeypatch):
    monkeypatch.setattr(wire, "BATCH", 1)
    with DirectoryClient() as client:
        assert set(client.people([RPPS, NURSE, DOCTOR])) == {RPPS, NURSE, DOCTOR}
        assert client.take_calls() == 3
    asked = [one["path"] for one in directory_api.log()]
    assert asked == ["/fhir/v2/Practitioner/_search", "/fhir/v2/_page", "/fhir/v2/_page"]
    assert not any(RPPS in json.dumps(one["query"]) for one in directory_api.log())


def test_a_page_that_is_gone_starts_the_search_again(directory_api, monkeypatch, quick):
    monkeypatch.setattr(wire, "BATCH", 2)
    directory_api.fault("directory_page_gone")
    with DirectoryClient() as client:
        assert len(client.people([RPPS, NURSE, DOCTOR])) == 3
        assert client.take_calls() == 4


@pytest.mark.parametrize(
    "fault", ["directory_429", "directory_502", "directory_not_json", "directory_truncated"]
)
def test_what_passes_is_tried_again(directory_api, quick, fault):
    directory_api.fault(fault)
    with DirectoryClient() as client:
        assert set(client.people([RPPS])) == {RPPS}
        assert client.take_calls() == 2


@pytest.mark.parametrize(
    ("fault", "failure", "calls"),
    [
        ("directory_502", Failure.TRANSIENT, 3),
        ("directory_400", Failure.REJECTED, 1),
        ("directory_401", Failure.MISCONFIGURED, 1),
        ("directory_403", Failure.MISCONFIGURED, 1),
        ("directory_500", Failure.UNKNOWN, 1),
        ("directory_other_shape", Failure.UNKNOWN, 1),
    ],
)
def test_each_failure_in_our_words(directory_api, quick, fault, failure, calls):
    directory_api.fault(fault, times=None)
    with DirectoryClient() as client:
        with pytest.raises(DirectoryApiError) as caught:
            client.people([RPPS])
        assert (caught.value.failure, client.take_calls()) == (failure, calls)
    assert "Annuaire Santé" in caught.value.french
    assert "told to fail" not in caught.value.french


def test_a_slow_answer_is_given_up(directory_api, quick, settings):
    settings.DIRECTORY_API_TIMEOUT = 0.2
    directory_api.fault("directory_slow", times=None, seconds=0.5)
    with DirectoryClient() as client, pytest.raises(DirectoryApiError, match="transient") as caught:
        client.people([RPPS])
    assert "délai dépassé" in caught.value.french


def test_an_address_where_nobody_answers_and_one_that_is_not_the_api(directory_api, quick, settings):
    settings.DIRECTORY_API_URL = "http://127.0.0.1:1/fhir/v2"
    with DirectoryClient() as client, pytest.raises(DirectoryApiError, match="transient"):
        client.people([RPPS])
    settings.DIRECTORY_API_URL = directory_api.root
    with DirectoryClient() as client, pytest.raises(DirectoryApiError, match="not_found"):
        client.people([RPPS])


def test_the_key_goes_to_no_other_server(directory_api, monkeypatch):
    monkeypatch.setattr(wire, "_next_page", lambda bundle: "http://127.0.0.2:1/_page?id=1")
    with DirectoryClient() as client, pytest.raises(DirectoryApiError, match="unknown"):
        client.people([RPPS])


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Practitioner", "identifier": "x"},
        {"resourceType": "Practitioner", "identifier": [{"system": "https://rpps.esante.gouv.fr", "value": 12}]},
        {"resourceType": "Practitioner", "identifier": [{"system": "https://rpps.esante.gouv.fr", "value": RPPS}],
         "name": [None], "qualification": [{"code": []}], "extension": {"url": 1}, "telecom": [{"extension": [3]}]},
        {"resourceType": "PractitionerRole", "practitioner": "x", "code": [{"coding": "x"}]},
    ],
)  # fmt: skip
def test_odd_resources_break_nothing(resource):
    assert set(professionals([resource])) <= {RPPS}


def test_two_exercises_of_one_number_are_one_person():
    closed = {
        "resourceType": "Practitioner", "id": "1", "active": False,
        "identifier": [{"system": "https://rpps.esante.gouv.fr", "value": RPPS}],
    }  # fmt: skip
    live = closed | {"id": "2", "active": True, "name": [{"family": "EXEMPLE", "given": ["Zoé", "Anne"]}]}
    for order in ([closed, live], [live, closed]):
        found = professionals(order)[RPPS]
        assert (found.is_active, found.name, found.first_name) == (True, "EXEMPLE", "Zoé Anne")


@pytest.mark.parametrize(
    "following", ["http://annuaire.invalid/fhir?page=2", "https://[", "ftp://annuaire.invalid/"]
)
def test_the_key_goes_to_no_other_scheme_and_an_odd_page_is_told(settings, monkeypatch, following):
    settings.DIRECTORY_API_URL = "https://annuaire.invalid/fhir"
    asked = []

    def answer(client, method, url, form=None):
        asked.append(url)
        return {"resourceType": "Bundle", "link": [{"relation": "next", "url": following}]}

    monkeypatch.setattr(DirectoryClient, "_call", answer)
    with DirectoryClient() as client, pytest.raises(DirectoryApiError) as refused:
        client.people([RPPS])
    assert refused.value.failure == Failure.UNKNOWN
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("DIRECTORY_API_KEY", "clé"), ("DIRECTORY_API_KEY", "a\nb"), ("DIRECTORY_API_URL", "http://\x00/fhir")],
)
def test_a_key_or_an_address_badly_copied_is_told(directory_api, quick, settings, name, value):
    setattr(settings, name, value)
    with DirectoryClient() as client, pytest.raises(DirectoryApiError) as refused:
        client.people([RPPS])
    assert refused.value.failure == Failure.MISCONFIGURED
    assert settings.DIRECTORY_API_KEY not in str(refused.value)


def test_a_number_of_five_thousand_digits_is_an_answer_that_cannot_be_read():
    answer = httpx2.Response(200, content=b'{"total": ' + b"1" * 5000 + b"}")
    with pytest.raises(DirectoryApiError):
        wire._bundle(answer)


def test_odd_references_and_nul_bytes_are_left_out():
    number = {"system": "https://rpps.esante.gouv.fr", "value": RPPS}
    name = [{"family": "EXEM\x00PLE"}]
    resources = [
        {"resourceType": "Practitioner", "id": "1", "identifier": [number], "name": name},
        {"resourceType": "PractitionerRole", "practitioner": {"reference": ["Practitioner/1"]}},
    ]
    assert professionals(resources)[RPPS] == Professional(RPPS, is_active=True, name="EXEMPLE")
    structure = {
        "resourceType": "Organization",
        "id": {},
        "identifier": [{"system": "https://finess.esante.gouv.fr", "value": "990000010"}],
    }
    assert finess_of([structure]) == {}


def test_statuses_that_the_stand_in_does_not_play():
    def answer(status, body=b"", **headers):
        return httpx2.Response(status, content=body, headers=headers)

    for status, failure in (
        (302, "misconfigured"),
        (404, "not_found"),
        (412, "rejected"),
        (503, "transient"),
    ):
        with pytest.raises(DirectoryApiError) as caught:
            wire._bundle(answer(status))
        assert caught.value.failure == failure
    with pytest.raises(DirectoryApiError) as caught:
        wire._bundle(answer(429, **{"Retry-After": "7"}))
    assert wire._wait_before_retry(caught.value) == 7
