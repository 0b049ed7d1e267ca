"""Which examples of the ANS break the ANS's own schema, by name: a new release that changes the list is seen here."""

from tests.remotes.psi_contract import REQUEST, answer_examples, problems, request_examples, schema_of_answer

REQUESTS_THAT_BREAK_IT = {
    "foreignCitizenByRPPSWithActivity",
    "frenchCitizenWithActivityAndCardOrderCpsByRPPS",
    "frenchCitizenWithCardOrderCpsByES",
    "frenchCitizenWithCardOrderPsiByES",
}
ANSWERS_THAT_BREAK_IT = {
    (201, "example"),
    (207, "RegisterConflictWithActivitySuccessResponse"),
    (207, "RegisterForeignRnippKOWithActivitySuccessResponse"),
    (207, "RegisterSuccessWithActivityFailedAndCardOrderPsiFailedResponse"),
    (207, "RegisterSuccessWithActivityRefusedResponse"),
    (207, "RegisterSuccessWithActivitySuccessAndCardOrderCpsSuccessResponse"),
    (207, "RegisterSuccessWithActivitySuccessAndCardOrderPsiSuccessResponse"),
    (207, "RegisterSuccessWithActivitySuccessResponse"),
    (207, "RegisterWithCardOrderCpsRefusedResponse"),
    (207, "RegisterWithCardOrderCpsSuccessResponse"),
    (207, "RegisterWithCardOrderRefusedResponse"),
    (207, "RegisterWithCardOrderSuccessResponse"),
    (207, "accountAlreadyExistsOneRppsCardOrderSuccessful"),
    (207, "doc_3_inscription_avec_activite"),
    (207, "doc_4_inscription_avec_commande_carte_psi"),
    (207, "doc_5_inscription_avec_commande_carte_cps"),
    (400, "accountAlreadyExistsWithActivityFailed"),
    (400, "badFields"),
    (400, "badFieldsWithActivity"),
    (400, "idMismatchIdentityWithActivityAndCardOrder"),
    (400, "rnippSyntaxError"),
    (404, "rnippForeignWithDivergencesWithActivity"),
    (404, "rnippNotFound"),
    (409, "doc_2_inscription_avec_employment"),
}


def test_the_requests_that_break_their_schema_are_known():
    broken = {name for name, value in request_examples().items() if problems(value, REQUEST)}
    assert broken == REQUESTS_THAT_BREAK_IT


def test_the_answers_that_break_their_schema_are_known():
    examples = answer_examples()
    broken = {key for key, value in examples.items() if problems(value, schema_of_answer(key[0]))}
    assert broken == ANSWERS_THAT_BREAK_IT
