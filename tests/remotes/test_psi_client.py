"""Our client of API PSI against the published contract: what it sends fits the schema, every published answer is read."""

from datetime import date

import pytest

from identities.psi.answers import read_answer
from identities.psi.codes import CODES, PREFIX, Outcome
from identities.psi.payload import CARE, Activity, CpsCard, Employment, PsiCard, Registration, Traits, only
from tests.remotes.psi_contract import REQUEST, answer_examples, contract, problems, request_examples
from tests.shared import SHARED, shared

TRAITS = Traits(
    birth_name="KERGOAT",
    first_names=("Maëlle", "Anne"),
    birth_date="1991-04-17",
    sex="F",
    birth_code="29232",
    email="m.kergoat@example.org",
    phone="+33600000001",
)
EMPLOYMENT = Employment("1750999999", date(2026, 10, 1), date(2027, 3, 31))
ACTIVITY = Activity(
    "1750999999",
    "750999999",
    "",
    "99",
    "C",
    "313",
    "GENR11",
    "S",
    date(2026, 10, 1),
    date(2027, 3, 31),
    "AUT",
)
ABROAD = Traits("NGOLO", (), "1982-10-04", "M", "99351", "Tunis", "DUPONT", False, identifier="3750999999/7")
CARD = PsiCard("MME KERGOAT Maëlle", "RUE DES LILAS", "75020", "PARIS", "4")
SENT = {
    "simple": Registration(TRAITS, EMPLOYMENT),
    "abroad": Registration(ABROAD, Employment("750999999")),
    "activity": Registration(TRAITS, EMPLOYMENT, ACTIVITY),
    "liberal": Registration(TRAITS, EMPLOYMENT, Activity(**{**vars(ACTIVITY), "practice_mode": "L"})),
    "psi_card": Registration(TRAITS, EMPLOYMENT, card=CARD),
    "cps_card": Registration(TRAITS, EMPLOYMENT, ACTIVITY, CpsCard("10", "C")),
}


@pytest.mark.parametrize("name", SENT)
def test_what_leaves_fits_the_schema_and_holds_nothing_empty(name):
    body = SENT[name].body()
    if name != "abroad":  # nobody without a first name is sent: the request is not complete
        assert problems(body, REQUEST) == []
    assert not [one for one in _values(body) if one in ("", None)]


def _values(shape):
    for one in shape.values():
        yield from _values(one) if isinstance(one, dict) else [one]


def test_exclusive_fields_leave_alone():
    activity = SENT["activity"].body()["activity"]
    assert activity["numFINESSET"] == "750999999"
    assert "numSIRET" not in activity
    corsica = Activity(**{**vars(ACTIVITY), "finess": "2A0000123", "siret": "26200000000018"}).body()
    assert "numFINESSET" not in corsica
    assert corsica["numSIRET"] == "26200000000018"
    assert "cardOrderCps" not in SENT["psi_card"].body()


def test_a_town_leaves_with_a_country_only():
    assert SENT["abroad"].body()["birthPlace"] == "Tunis"
    assert "birthPlace" not in Traits(**{**vars(TRAITS), "birth_town": "Brest"}).body()


def test_the_identity_can_leave_alone():
    assert set(only(SENT["cps_card"].body())) == set(SENT["simple"].body())
    assert "activity" in only(SENT["cps_card"].body(), "activity")


def test_the_function_of_every_employment_is_the_one_accepted():
    functions = contract()["components"]["schemas"]["employmentFunction"]["enum"]
    assert CARE in functions


def test_every_documented_code_is_known():
    schemas = contract()["components"]["schemas"]
    named = {*schemas["ActivityCode"]["enum"], *schemas["CardCode"]["enum"]}
    named |= set(schemas["ValidationErrorDto"]["properties"]["identity"]["properties"]["code"]["enum"])
    for _, example in answer_examples().items():
        named |= {one["code"] for one in example.values() if isinstance(one, dict) and "code" in one}
    lines = shared("nomenclatures/psi_api_error_codes.csv").read_text(encoding="utf-8").splitlines()[1:]
    named |= {line.split(",")[1] for line in lines}
    assert named - set(CODES) == set()
    readme = shared("specs/psi/README.md").read_text(encoding="utf-8")
    assert "35 in v0.9.1" in readme
    assert all(one.startswith(PREFIX) for one in CODES)


@pytest.mark.parametrize(
    "key", answer_examples() if SHARED.exists() else [], ids=lambda key: f"{key[0]}-{key[1]}"
)
def test_every_published_answer_is_read(key):
    answer = read_answer(key[0], answer_examples()[key])
    assert answer is not None
    assert Outcome.UNREAD not in {one.outcome for one in (answer.identity, *answer.blocks)}
    assert answer.identity.stands == (answer.identity.status in (200, 201, 409))
    if answer.identity.stands:
        assert len(answer.identity.psi_identifier) == 36
    assert all(len(one) == 11 for one in answer.identity.rpps_numbers)


def test_published_requests_are_of_the_shapes_we_send():
    """The fields that the ANS's own examples use are those that we can write."""
    used = {name for example in request_examples().values() for name in example}
    ours = {name for one in SENT.values() for name in one.body()}
    assert used - ours == set()


def test_divergences_echo_and_death_are_told_apart():
    answer = read_answer(400, answer_examples()[(400, "rnippWithDivergences")])
    assert answer.identity.divergences == ("birth_name",)
    assert answer.identity.rnipp_code == 3
    assert answer.identity.echo.birth_name == "DURAND"
    assert answer.identity.echo.usage_name == "DUPONT"
    assert answer.identity.echo.first_names == ("Jeanne", "Catherine", "Marguerite")
    assert answer.identity.death.date == "2025-06-15"
    assert "DURAND" not in repr(answer)
    assert "2025-06-15" not in repr(answer)


def test_a_rejected_value_is_read_nowhere():
    answer = read_answer(400, answer_examples()[(400, "badFields")])
    assert answer.identity.fields == ("birth_date",)
    assert "01-01-2000" not in repr(answer)


def test_a_sentence_that_repeats_the_civil_status_is_not_kept():
    rnipp = {"individu": {"identites": [{"statut": "O", "nom": "Durand", "prenoms": ["Zélie"]}]}}
    identity = {
        "status": 400,
        "code": f"{PREFIX}NOUVEAU",
        "error": "Connue sous DURAND",
        "erreurs": [{"message": "Prénom attendu : Zélie"}, {"message": "À revoir"}],
        "rnippData": rnipp,
    }
    answer = read_answer(400, {"status": 400, "identity": identity})
    assert answer.identity.text == "À revoir"


@pytest.mark.parametrize("rejected", ["KERGOAT", ["KERGOAT", "x"]])
def test_a_rejected_value_is_left_out_of_every_sentence(rejected):
    identity = {
        "status": 400,
        "code": f"{PREFIX}KO_FORMAT_EMAIL",
        "error": "La valeur Kergoat est refusée",
        "detail": [
            {"field": "lastName", "rejected": rejected, "message": "Nom refusé"},
            {"field": "email", "rejected": "y", "message": "KERGOAT n'a pas de courriel valide"},
        ],
    }
    answer = read_answer(400, {"status": 400, "identity": identity})
    assert answer.identity.text == "Nom refusé"
