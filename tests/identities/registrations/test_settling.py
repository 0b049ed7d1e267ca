"""What an answer makes of the person's numbers, and of what is kept beside the request."""

import pytest

from identities.national_directory.models import DirectoryLink
from identities.people.models import Person, PersonIdentifier
from identities.psi.answers import read_answer
from identities.registrations.models import RegistrationRequest, RequestBlock, RnippDeath
from identities.registrations.queries import echo_of
from identities.registrations.settling import settle
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import DirectoryLinkFactory
from tests.factories.registrations import RegistrationRequestFactory, told_of

pytestmark = pytest.mark.django_db
RPPS, OTHER = "99900000011", "99900000029"
FORMER, MAIN = "0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"
EXISTS = "E04_U010_KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID"


@pytest.fixture
def sent(group, door):
    """Makes one on the wire: `sent(*kinds of parts, **columns)`."""

    def make(*blocks, **values):
        stay = AssignmentFactory(establishment=group.first, person__reachable=True)
        return RegistrationRequestFactory(
            person=stay.person, establishment=group.first, assignment=stay, state="sent",
            blocks=("identity", "employment", *blocks), **values,
        )  # fmt: skip

    return make


def answered(request, status=201, *, psi=MAIN, rpps=(RPPS,), code="", rnipp=None, **blocks):
    identity = {
        "status": status,
        "code": code,
        "id": psi,
        "rppsIdentifiers": list(rpps),
        "rnippData": rnipp or {},
    }
    answer = read_answer(207, {"identity": identity, **blocks})
    assert answer is not None
    said = settle(request, answer)
    return said, RegistrationRequest.objects.get(pk=request.pk)


def numbers_of(person):
    return dict(PersonIdentifier.objects.filter(person=person, valid_to=None).values_list("kind", "value"))


class TestNumbers:
    def test_accounts_merged_at_the_ans_keep_the_main_uuid_and_the_number(self, sent):
        request = sent()
        for kind, value in (("psi", FORMER), ("rpps", RPPS)):
            PersonIdentifier.objects.create(person=request.person, kind=kind, value=value)
        said, found = answered(request, 409, code=EXISTS)
        assert (said, found.state) == ("", "done")
        assert numbers_of(request.person) == {"psi": MAIN, "rpps": RPPS}

    def test_an_account_that_somebody_else_holds_does_not_end_the_person_s_own(self, sent, group):
        request = sent()
        PersonIdentifier.objects.create(person=request.person, kind="psi", value=FORMER)
        other = AssignmentFactory(establishment=group.first).person
        PersonIdentifier.objects.create(person=other, kind="psi", value=MAIN)
        said, _ = answered(request, rpps=())
        assert said
        assert numbers_of(request.person) == {"psi": FORMER}

    def test_another_number_than_the_record_s_is_not_written(self, sent):
        request = sent()
        PersonIdentifier.objects.create(person=request.person, kind="rpps", value=OTHER)
        said, found = answered(request)
        assert "autre numéro RPPS" in said
        assert numbers_of(request.person)["rpps"] == OTHER
        assert found.rpps_numbers == [RPPS]

    def test_an_account_without_an_rpps_number_is_no_number_obtained(self, sent):
        _, found = answered(sent(), rpps=())
        assert (found.psi_identifier, found.numbered_on) == (MAIN, None)

    def test_several_numbers_are_for_a_person_to_choose_from(self, sent):
        request = sent()
        said, found = answered(request, rpps=(RPPS, OTHER))
        assert "lequel est le bon" in said
        assert "rpps" not in numbers_of(request.person)
        assert found.rpps_numbers == [RPPS, OTHER]

    def test_none_is_no_trouble(self, sent):
        said, found = answered(sent(), rpps=())
        assert (said, found.state) == ("", "done")

    def test_go_to_the_record_that_continues_a_merged_one(self, sent, group):
        request = sent()
        kept = AssignmentFactory(establishment=group.first).person
        Person.objects.filter(pk=request.person_id).update(merged_into=kept)
        answered(request)
        assert numbers_of(kept) == {"psi": MAIN, "rpps": RPPS}

    def test_an_exact_answer_of_the_rnipp_certifies_the_linked_number(self, sent):
        request = sent()
        DirectoryLinkFactory(linked=True, person=request.person, rpps=RPPS)
        answered(request, rnipp={"metadonnees": {"codeReponseIdentification": 2}})
        assert DirectoryLink.objects.get().civil_status == "C"


class TestParts:
    def test_a_card_that_may_have_been_ordered_is_not_touched_by_a_later_answer(self, sent):
        request = sent("activity_start", "card_psi")
        RequestBlock.objects.filter(request=request, kind="card_psi").update(state="unknown")
        _, found = answered(request, activity={"status": 201, "code": "E04_U010_ACTIVITY_CREATED"})
        assert found.state == "partly_done"
        assert found.blocks.get(kind="card_psi").state == "unknown"

    def test_a_refused_part_stays_refused_when_others_were_asked(self, sent):
        request = sent("activity_start", "card_psi")
        RequestBlock.objects.filter(request=request, kind="card_psi").update(state="refused")
        _, found = answered(request, activity={"status": 201, "code": "E04_U010_ACTIVITY_CREATED"})
        assert found.blocks.get(kind="card_psi").state == "refused"

    def test_a_foreigner_unknown_to_the_rnipp_may_have_got_the_card(self, sent):
        request = sent("card_psi", payload={"frenchNationality": False})
        _, found = answered(request, 404, psi="", rpps=(), code="E04_U010_KO_RNIPP_NOT_FOUND")
        assert found.state == "correction"
        assert found.blocks.get(kind="card_psi").state == "unknown"


def test_a_death_of_traits_since_corrected_is_forgotten(sent):
    request = sent()
    told_of(request, "Nom")
    answered(request)
    assert not RnippDeath.objects.exists()
    assert echo_of(request.pk) is None


def test_the_civil_status_that_came_back_is_sealed_and_in_no_log(sent, caplog):
    request = sent()
    rnipp = {
        "metadonnees": {"divergences": {"nom": True}},
        "individu": {"nomNaissance": "SECRETNOM", "prenoms": ["Zélie"]},
    }
    _, found = answered(
        request, 400, psi="", rpps=(), code="E04_U010_KO_RNIPP_FOUND_WITH_DIVERGENCES", rnipp=rnipp
    )
    assert (found.state, found.divergences) == ("correction", ["birth_name"])
    assert echo_of(request.pk) is not None
    assert "SECRETNOM" not in caplog.text
    assert "SECRETNOM" not in str(list(found.events.values())) + str(list(found.echos.values()))
