"""The stand-in of the Annuaire Santé: profiles as in the guide, searches, pages, limits, refusals."""

import json

import pytest

from tests.sandbox import send
from tests.shared import shared

KEY = {"ESANTE-API-KEY": "cle-du-bac-a-sable"}
RPPS = "99900000011"
ROLES = "https://mos.esante.gouv.fr/NOS/TRE_R85-RolePriseCharge/FHIR/TRE-R85-RolePriseCharge"


@pytest.fixture
def get(sandbox):
    sandbox.tell_directory(builtin=True)

    def ask(path):
        answer = send("GET", f"{sandbox.directory}/{path}", headers=KEY)
        return answer.status, answer.json()

    return ask


def resources(bundle, kind):
    return [one["resource"] for one in bundle.get("entry", []) if one["resource"]["resourceType"] == kind]


def sample(name):
    return json.loads(shared(f"samples/fhir_v2_shape/{name}").read_text())


def shape(value):
    """The same without what is of one person or one moment: ids, references, dates, versions."""
    if isinstance(value, dict):
        changing = ("id", "lastUpdated", "valueDate", "reference", "versionId")
        return {key: "…" if key in changing else shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Practitioner_DP_role.json", f"Practitioner?identifier={RPPS}"),
        ("PractitionerRole_DP_aide-soignant.json", "PractitionerRole?identifier=9900000001"),
        ("PractitionerRole_inactive.json", "PractitionerRole?identifier=9900000002"),
    ],
)
def test_resources_are_those_of_the_guide_to_the_field(get, name, path):
    wanted = sample(name)
    _, bundle = get(path)
    (found,) = resources(bundle, wanted["resourceType"])
    assert shape(found) == shape(wanted)


def test_structures_have_the_fields_of_the_guide(get):
    wanted = sample("Organization_EG_EHPAD.json")
    _, bundle = get(
        "Organization?identifier=https://finess.esante.gouv.fr%7C990000010&_include=Organization:partof"
    )
    establishment, entity = resources(bundle, "Organization")
    assert shape(establishment["identifier"]) == shape(wanted["identifier"])
    assert shape(establishment["meta"]["profile"]) == wanted["meta"]["profile"]
    assert shape(establishment["type"][0]) == shape(wanted["type"][0])
    assert (establishment["name"], establishment["active"]) == (wanted["name"], True)
    assert establishment["partOf"]["reference"] == f"Organization/{entity['id']}"
    assert shape(entity["identifier"]) == shape(sample("Organization_EJ.json")["identifier"])


def test_a_bundle_has_its_links_and_modes(get):
    status, bundle = get("PractitionerRole?_include=PractitionerRole:practitioner&_count=1&active=true")
    assert (status, bundle["type"], bundle["total"]) == (200, "searchset", 4)
    assert [one["search"]["mode"] for one in bundle["entry"]] == ["match", "include"]
    links = {one["relation"]: one["url"] for one in bundle["link"]}
    assert "/fhir/v2/_page?id=" in links["next"]
    assert set(sample("Bundle_searchset.json")) == set(bundle)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"Practitioner?identifier={RPPS},899900000029", 2),
        (f"Practitioner?identifier=https://rpps.esante.gouv.fr%7C{RPPS}", 1),
        (f"Practitioner?identifier=urn:oid:1.2.250.1.71.4.2.1%7C{RPPS}", 0),
        ("Practitioner?family=inv&given=jean", 1),
        ("Practitioner?family:exact=inv", 0),
        ("Practitioner?name:family=INVENT%C3%89&name:given=JEAN", 1),
        ("Practitioner?active=false", 1),
        ("Practitioner?mailbox-mss=camille.exemple@test.mssante.fr", 1),
        ("Practitioner?number-smartcard=0000000001", 1),
        ("Practitioner?qualification-code=10", 1),
        (f"PractitionerRole?role={ROLES}%7C313", 1),
        ("PractitionerRole?active=true", 4),
        ("Organization?name=ehpad", 1),
        ("Organization?address-city=rouen&address-postalcode=76000", 2),
    ],
)  # fmt: skip
def test_searches(get, query, count):
    status, bundle = get(query)
    assert (status, bundle["total"]) == (200, count)


def test_a_site_gives_its_people_and_a_person_their_situations(get):
    _, bundle = get("Organization?identifier=990000010&_revinclude=PractitionerRole:organization")
    assert len(resources(bundle, "PractitionerRole")) == 3
    (site,) = resources(bundle, "Organization")
    _, found = get(f"PractitionerRole?organization={site['id']}&_include=*")
    assert len(resources(found, "Practitioner")) == 3
    ids = ",".join(one["id"] for one in resources(found, "Practitioner"))
    assert get(f"Practitioner?_id={ids}")[1]["total"] == 3


def test_an_id_is_good_until_the_next_release(get, sandbox):
    _, bundle = get(f"Practitioner?identifier={RPPS}")
    (found,) = resources(bundle, "Practitioner")
    assert get(f"Practitioner/{found['id']}")[0] == 200
    sandbox.tell_directory(release=True)
    status, outcome = get(f"Practitioner/{found['id']}")
    assert (status, outcome["resourceType"]) == (404, "OperationOutcome")


def test_pages_end_and_are_forgotten(get, sandbox):
    seen, path = [], "Practitioner?_count=3"
    while path:
        _, bundle = get(path)
        seen += [one["id"] for one in resources(bundle, "Practitioner")]
        following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
        path = following[0].rpartition("/")[2] if following else ""
    assert len(seen) == len(set(seen)) == 4
    assert get("_page?id=inconnue")[0] == 410


def test_the_published_refusal(get):
    wanted = sample("OperationOutcome_400.json")
    assert get("PractitiXXXner") == (400, wanted)


@pytest.mark.parametrize(
    "query", ["Practitioner?inconnu=1", "Practitioner?_include=x", "Practitioner?_lastUpdated=hier", "Practitioner?_count=x"]
)  # fmt: skip
def test_other_refusals_are_outcomes(get, query):
    status, outcome = get(query)
    assert (status, outcome["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    "query",
    [
        f"Practitioner?_count={'9' * 5000}",
        f"PractitionerRole?identifier={'9' * 5000}",
        f"PractitionerRole?_id=005-0000001-{int.from_bytes(b'abc', 'big')}",
    ],
)
def test_odd_numbers_are_refused_in_words(get, query):
    status, said = get(query)
    assert (status, said["resourceType"]) == (400, "OperationOutcome")


def test_elements_and_metadata(get):
    _, bundle = get(f"Practitioner?identifier={RPPS}&_elements=identifier")
    (found,) = resources(bundle, "Practitioner")
    assert set(found) == {"resourceType", "id", "meta", "identifier"}
    assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert get("metadata")[1]["fhirVersion"] == "4.0.1"


def test_without_a_key_with_a_wrong_one_and_by_another_verb(sandbox):
    url = f"{sandbox.directory}/Practitioner"
    assert send("GET", url).status == 401
    assert send("GET", url, headers={"ESANTE-API-KEY": "x"}).status == 403
    assert send("PUT", url, headers=KEY, json_body={}).status == 405


def test_the_eighteenth_call_of_a_second_is_refused(get):
    statuses = [get("metadata")[0] for _ in range(20)]
    assert statuses[:17] == [200] * 17
    assert 429 in statuses


def test_the_key_is_in_no_log(get, sandbox):
    get("metadata")
    assert "cle-du-bac-a-sable" not in json.dumps(sandbox.log())
