"""The stand-in of API PSI against the published contract: its status table, its shapes, its memory, its breakdowns."""

import json

import pytest

from identities.psi.answers import read_answer
from identities.psi.client import PsiClient
from identities.psi.codes import CODES, Outcome
from identities.psi.failures import PsiMisconfiguredError, PsiNotReceivedError, PsiUnknownOutcomeError
from identities.psi.payload import Registration
from portal.sandbox.psi.breakdowns import AFTER, EVERY
from portal.sandbox.psi.variants import VARIANTS
from tests.remotes.psi_contract import REQUEST, answer_examples, problems, schema_of_answer
from tests.remotes.test_psi_client import ACTIVITY, CARD, EMPLOYMENT, TRAITS
from tests.sandbox import send

KEY = "cle-psi-du-bac-a-sable"
RPPS = "810009151500"
NEW_RPPS = "899900000029"
SIMPLE = Registration(TRAITS, EMPLOYMENT).body()
FULL = Registration(TRAITS, EMPLOYMENT, ACTIVITY, CARD).body() | {"identifier": NEW_RPPS}
START = {"activity": FULL["activity"], "identifier": NEW_RPPS}
CARDS = {"cardOrderPsi": FULL["cardOrderPsi"]}
FOREIGN = {"frenchNationality": False, "identifier": NEW_RPPS, "lastName": "INCONNU DE TOUS"}


def call(sandbox, body, key=KEY):
    headers = {"ESANTE-API-KEY": key, "Content-Type": "application/json"}
    return send("POST", f"{sandbox.psi}/v1/identities", headers=headers, json_body=body)


@pytest.mark.parametrize(
    ("change", "again", "status", "identity", "blocks"),
    [
        ({}, False, 201, 201, {}),
        ({}, True, 409, 409, {}),
        (START, False, 207, 201, {"activity": 201}),
        ({"activity": FULL["activity"]}, False, 207, 201, {"activity": 400}),
        (CARDS, False, 207, 201, {"cardOrderPsi": 201}),
        (CARDS, True, 207, 409, {"cardOrderPsi": 201}),
        ({"activity": {}}, True, 400, 409, {"activity": 400}),
        (CARDS | {"activity": {}}, False, 207, 201, {"activity": 400, "cardOrderPsi": 424}),
        ({"cardOrderPsi": {"city": "PARIS"}}, False, 207, 201, {"cardOrderPsi": 400}),
        ({"cardOrderCps": {"professionCode": "10"}}, False, 207, 201, {"cardOrderCps": 400}),
        ({"lastName": "INCONNU DE TOUS"}, False, 404, 404, {}),
        (FOREIGN | START, False, 207, 404, {"activity": 201}),
        (FOREIGN | {"activity": {}}, False, 404, 404, {"activity": 400}),
        ({"lastName": "PLUSIEURS"}, False, 400, 400, {}),
        ({"lastName": "SYNTAXE"}, False, 400, 400, {}),
        ({"birthDate": "17/04/1991", "activity": {}}, False, 400, 400, {"activity": 424}),
        (CARDS | {"identifier": RPPS}, False, 400, 400, {"cardOrderPsi": 424}),
    ],
)  # fmt: skip
def test_follows_the_status_table(sandbox, change, again, status, identity, blocks):
    if again:
        assert call(sandbox, SIMPLE).status == 201
    answer = call(sandbox, SIMPLE | change)
    told = answer.json()
    assert answer.status == told["status"] == status
    assert told["identity"]["status"] == identity
    parts = {name: one for name, one in told.items() if isinstance(one, dict) and name != "identity"}
    assert {name: one["status"] for name, one in parts.items()} == blocks
    assert read_answer(answer.status, told) is not None


PHONE, MAIL = {"phone": "0600000001"}, {"email": "x"}
WITHOUT = {
    "LAST_NAME": "lastName", "FIRST_NAMES": "firstNames", "GENDER_CODE": "genderCode", "BIRTH_DATE": "birthDate",
    "BIRTH_PLACE": "birthLocationCode", "EMAIL": "email", "PHONE": "phone",
}  # fmt: skip
CHANGES = {
    **{f"KO_FORMAT_REQUIRED_FIELD_{code}": {name: ""} for code, name in WITHOUT.items()},
    "KO_FORMAT_REQUIRED_FIELD_PHONE_PREFIX": {"phone": "612345678"},
    "KO_FORMAT_DATE": {"birthDate": "17/04/1991"},
    "KO_FORMAT_GENDER": {"genderCode": "X"},
    "KO_FORMAT_EMAIL": {"email": "x"},
    "KO_FORMAT_PHONE": {"phone": "06 12"},
    "KO_FORMAT_PHONE_PREFIX": {"phone": "+0612345678"},
    "KO_FORMAT_ADDRESS": {"cardOrderPsi": {"postalCode": "75002"}},
    "KO_FORMAT_BIRTH_PLACE": {"birthLocationCode": "292"},
    "KO_FORMAT_BIRTH_LOCATION_CODE": {"birthLocationCode": "991"},
    "KO_FORMAT_IDENTIFIER": {"identifier": "1234"},
    "KO_RNIPP_FOUND_WITH_DIVERGENCES": {"lastName": "DIVERGENCE"},
    "KO_RNIPP_SYNTAX_ERROR": {"lastName": "SYNTAXE"},
    "KO_RNIPP_NOT_FOUND": {"lastName": "INCONNU"},
    "KO_IDENTITY_MISMATCH_WITH_ID_INPUT": {"identifier": RPPS},
    "ACTIVITY_CREATED": START,
    "ACTIVITY_BAD_REQUEST": {"activity": {}},
    "ACTIVITY_FAILED_DEPENDENCY": {"activity": {}, "lastName": "INCONNU"},
    "ACTIVITY_SERVICE_UNAVAILABLE": START | {"fault": "psi_activity_503"},
    "ACTIVITY_FAILED": START | {"fault": "psi_activity_failed"},
    "CARD_ORDER_SUCCESSFUL": CARDS,
    "CARD_ORDER_FAILED_DEPENDENCY": CARDS | {"lastName": "INCONNU"},
    "CARD_ORDER_SERVICE_UNAVAILABLE": CARDS | {"fault": "psi_card_503"},
    "CARD_ORDER_REFUSED": CARDS | {"fault": "psi_card_refused"},
    "CARD_ORDER_ADDRESS_REFUSED": {"cardOrderPsi": {"streetName": "RUE INTROUVABLE", "city": "PARIS"}},
    "CARD_ORDER_REFUSED_CPS": {"cardOrderCps": {"professionCode": "10"}},
}
TWICE = {
    "ACTIVITY_UPDATED": START,
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID": {},
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID_CARD_ORDER_REQUESTED_SUCCESSFUL": CARDS,
}


def test_every_documented_code_can_be_had(sandbox):
    assert len({*CHANGES, *TWICE}) == 35
    for code, change in (*CHANGES.items(), *TWICE.items()):
        sandbox.reset()
        if code in TWICE:
            call(sandbox, SIMPLE | change)
        if "fault" in change:
            sandbox.fault(change["fault"])
        told = call(sandbox, SIMPLE | {name: one for name, one in change.items() if name != "fault"}).json()
        codes = {one.get("code") for one in told.values() if isinstance(one, dict)} - {None}
        assert f"E04_U010_{code}" in codes
        assert codes <= set(CODES)


@pytest.mark.parametrize("case", ["created", "exists", "divergences", "syntax", "fields"])
def test_its_answers_have_the_keys_of_the_published_ones(sandbox, case):
    names = {
        "created": (201, "example"), "exists": (409, "accountAlreadyExistsOneRpps"),
        "divergences": (400, "rnippWithDivergences"), "syntax": (400, "rnippSyntaxError"), "fields": (400, "badFields"),
    }  # fmt: skip
    truth = SIMPLE | {"rpps": [RPPS], "usageName": "DUPONT"}
    if case == "divergences":
        truth |= {"birthLocationCode": "29019", "diedOn": "2025-06-15"}
    sandbox.tell_psi(people=[truth])
    body = SIMPLE | {"syntax": {"lastName": "SYNTAXE"}, "fields": {"birthDate": "x"}}.get(case, {})
    if case == "created":
        body |= {"professionalLastName": "DUPONT"}
    if case == "exists":
        call(sandbox, body)
    published, ours = answer_examples()[names[case]], call(sandbox, body).json()
    assert {one for one in _keys(published) - _keys(ours) if ".deces" not in one} == set()


def _keys(shape, before=""):
    found = set()
    for name, one in shape.items():
        inner = one[0] if isinstance(one, list) and one and isinstance(one[0], dict) else one
        found |= _keys(inner, f"{before}{name}.") if isinstance(inner, dict) else {f"{before}{name}"}
    return found


def test_what_it_takes_and_what_it_answers_fit_the_schema(sandbox):
    assert problems(FULL, REQUEST) == []
    assert problems(call(sandbox, SIMPLE).json(), schema_of_answer(201)) == []
    assert problems(call(sandbox, SIMPLE).json(), schema_of_answer(409)) == []
    whole = call(sandbox, FULL | {"lastName": "ANNIC"}).json()
    assert problems(whole["activity"], "ActivityResponseOKDto") == []
    assert problems(whole["cardOrderPsi"], "CardOrderPsiResponseDto") == []


def test_knows_the_published_people(sandbox):
    payette = SIMPLE | {
        "lastName": "PAYETTE", "firstNames": "Thaïs Kayla Aliyah", "birthDate": "2005-02-10", "birthLocationCode": "97416",
    }  # fmt: skip
    assert call(sandbox, payette).json()["identity"]["rppsIdentifiers"] == [RPPS]
    other = call(sandbox, payette | {"firstNames": "Thais"}).json()["identity"]
    told = other["rnippData"]["metadonnees"]["divergences"]
    assert [name for name, differs in told.items() if differs] == ["prenoms"]


def test_makes_one_account_and_counts_what_is_asked_twice(sandbox):
    for _ in range(2):
        call(sandbox, FULL)
    [account] = sandbox.psi_book()["accounts"]
    assert account["employments"] == {"1750999999": 2}
    assert account["activities"] == {"99@750999999": 2}
    assert account["cards"] == ["cardOrderPsi", "cardOrderPsi"]
    assert account["calls"] == 2


def test_forgets_an_account_that_nobody_confirmed_in_thirty_days(sandbox):
    sandbox.tell_psi(self_enrolled=[SIMPLE], elapsed_days=29)
    assert call(sandbox, SIMPLE).status == 409
    sandbox.reset()
    sandbox.tell_psi(self_enrolled=[SIMPLE], elapsed_days=31)
    assert call(sandbox, SIMPLE).status == 201


def test_wants_a_key_and_shows_no_body_in_its_log(sandbox):
    assert call(sandbox, SIMPLE, key="autre").status == 403
    call(sandbox, SIMPLE)
    assert "KERGOAT" not in json.dumps(sandbox.log())


@pytest.mark.parametrize("name", EVERY)
def test_a_breakdown_is_told_apart_by_our_client(psi_api, settings, name):
    settings.PSI_API_TIMEOUT = 0.5
    psi_api.fault(name, seconds=1)
    with PsiClient(KEY) as client:
        with pytest.raises((PsiNotReceivedError, PsiUnknownOutcomeError, PsiMisconfiguredError)) as told:
            client.register(SIMPLE)
        made = len(psi_api.psi_book()["accounts"])
        assert made == (name in AFTER)
        if isinstance(told.value, PsiNotReceivedError):
            assert told.value.retry_after == 1
        assert isinstance(told.value, PsiNotReceivedError) == (name in ("psi_503", "psi_429"))
        assert isinstance(told.value, PsiMisconfiguredError) == (name in ("psi_401", "psi_403"))
        assert client.register(SIMPLE).identity.stands


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_survived(psi_api, name):
    psi_api.tell_psi(variant=name, people=[SIMPLE | {"rpps": [RPPS]}])
    with PsiClient(KEY) as client:
        answer = client.register(SIMPLE)
    if name == "unknown_code":
        assert answer.identity.outcome == Outcome.UNREAD
        return
    assert answer.identity.stands
    assert answer.identity.rpps_numbers == (RPPS[1:],)
    assert len(answer.identity.psi_identifier) == 36


def test_chance_draws_every_breakdown_in_turn(sandbox):
    sandbox.tell_psi(chaos=1.0, seconds=0.01)
    for _ in EVERY:
        try:
            call(sandbox, SIMPLE)
        except OSError:
            continue
    assert sandbox.psi_book()["struck"] == dict.fromkeys(EVERY, 1)


def test_a_harmless_question_tells_whether_the_key_works(psi_api):
    with PsiClient(KEY) as client:
        client.check_key()
    with PsiClient("autre") as client, pytest.raises(PsiMisconfiguredError):
        client.check_key()
    assert psi_api.psi_book()["accounts"] == []
