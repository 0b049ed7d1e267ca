"""Who is to be registered, what a request lacks, and what leaves: one by one and by set."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identities.registrations.completeness import missing_traits
from identities.registrations.models import BlockKind, RegistrationRequest
from identities.registrations.operations import (
    Choices,
    check_again,
    choose_blocks,
    prepare_request,
    withdraw_request,
)
from identities.registrations.queries import batch_progress, lines_to_register, people_to_register
from identities.registrations.set_operations import prepare_requests, queue_requests
from identities.registrations.states import (
    BLOCK_TRANSITIONS,
    REQUEST_TRANSITIONS,
    BlockState,
    RequestState,
)
from portal.dispatch.models import Message
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registration_settings import agency_staff_is
from tests.factories.registrations import ConnectionFactory, RegistrationRequestFactory

pytestmark = pytest.mark.django_db
ACTOR = Machine("Camille Fictif")
NURSE = "G15-60"  # registered by its ordre


def working(group, **values):
    return AssignmentFactory(establishment=group.first, **{"person__reachable": True} | values)


class TestToRegister:
    def test_those_of_the_employer_without_a_number_nor_a_request(self, group, door):
        wanted, arriving = working(group), working(group, planned=True)
        PersonIdentifierFactory(person=working(group).person, kind="rpps", value="99900000011")
        RegistrationRequestFactory(person=working(group).person, establishment=group.first)
        working(group, ended=True)
        found = set(people_to_register().values_list("pk", flat=True))
        assert found == {wanted.person_id, arriving.person_id}

    def test_agency_staff_as_the_group_chose(self, group, door):
        stay = working(group, mission=True)
        assert not people_to_register().exists()
        agency_staff_is("here")
        assert [one.pk for one in people_to_register()] == [stay.person_id]

    def test_a_line_says_what_the_record_lacks(self, group, door):
        working(group, person__phone="")
        [line] = lines_to_register(people_to_register())
        assert line.routes.proposed == "psi"
        assert [one.field for one in line.missing] == ["phone"]


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("traits", "field"),
        [
            ({"first_names": []}, "first_names"),
            ({"sex": ""}, "sex"),
            ({"birth_date": "1985-00-00"}, "birth_date"),
            ({"birth_commune_code": ""}, "birth_place"),
            ({"email": ""}, "email"),
            ({"phone": ""}, "phone"),
            ({"abroad": True, "birth_place": ""}, "birth_place"),
            ({"abroad": True, "is_french": None}, "is_french"),
        ],
    )
    def test_of_the_record(self, door, traits, field):
        person = PersonFactory.build(reachable=True, **traits)
        assert [one.field for one in missing_traits(person, "psi")] == [field]

    def test_who_registers_by_themselves_needs_one_way_to_be_reached(self, door):
        assert list(missing_traits(PersonFactory.build(phone="+33612345678", sex=""), "self")) == []
        assert [one.field for one in missing_traits(PersonFactory.build(), "self")] == ["email"]

    @pytest.mark.parametrize(
        ("choices", "words"),
        [
            (Choices(blocks=("activity_start",)), "numéro RPPS"),
            (Choices(blocks=("card_psi",)), "adresse de livraison"),
            (Choices(blocks=("card_cps",)), "CPS se commande pour un numéro RPPS"),
            (Choices(blocks=("activity_stop",), ends_on=today() + timedelta(days=9)), "à venir"),
            (Choices(blocks=("activity_stop",)), "date de fin"),
            (Choices(), "date de début"),
        ],
    )
    def test_of_the_request(self, group, door, choices, words):
        request = prepare_request(actor=ACTOR, person_id=working(group).person_id, route="psi")
        assert request.state == "ready"
        found = choose_blocks(actor=ACTOR, request_id=request.pk, choices=choices)
        assert found.state == "draft"
        assert words in " ".join(found.missing)

    def test_one_card_and_one_activity_at_a_time(self, group, door):
        request = prepare_request(actor=ACTOR, person_id=working(group).person_id, route="psi")
        for blocks in (("card_psi", "card_cps"), ("activity_start", "activity_stop")):
            with pytest.raises(DomainError):
                choose_blocks(actor=ACTOR, request_id=request.pk, choices=Choices(blocks=blocks))

    def test_completed_it_is_ready(self, group, door):
        stay = working(group, person__phone="")
        request = prepare_request(actor=ACTOR, person_id=stay.person_id, route="psi")
        assert request.state == "draft"
        stay.person.phone = "+33612345678"
        stay.person.save()
        assert check_again(actor=ACTOR, request_id=request.pk).state == "ready"


class TestPreparing:
    def test_it_keeps_the_stay_and_its_codes(self, group, door):
        stay = working(group, contract="liberal")
        request = prepare_request(actor=ACTOR, person_id=stay.person_id, route="psi")
        assert (request.assignment, request.establishment) == (stay, group.first)
        assert (request.practice_mode, request.activity_genre, request.category) == ("L", "GENR01", "C")
        assert set(request.blocks.values_list("kind", flat=True)) == {"identity", "employment"}
        assert Line.objects.filter(object_id=stay.person_id, act="registration_prepared").count() == 1

    @pytest.mark.parametrize(
        ("values", "words"),
        [({"function_id": NURSE}, "Ordre"), ({"mission": True}, "agence"), ({"ended": True}, "terminé")],
    )
    def test_whom_the_employer_does_not_register_is_left_aside(self, group, door, values, words):
        stay = working(group, **values)
        prepared = prepare_requests(actor=ACTOR, person_ids=[stay.person_id], route="portal")
        assert prepared.created == []
        assert words in prepared.refused[0].french
        assert not RegistrationRequest.objects.exists()

    def test_a_second_one_by_the_same_route_is_refused_and_by_another_taken(self, group, door):
        person_id = working(group).person_id
        prepare_request(actor=ACTOR, person_id=person_id, route="psi")
        with pytest.raises(DomainError, match="Not prepared"):
            prepare_request(actor=ACTOR, person_id=person_id, route="psi")
        assert prepare_request(actor=ACTOR, person_id=person_id, route="portal").state == "ready"

    def test_somebody_of_another_site_is_not_seen(self, group, door):
        stay = AssignmentFactory(establishment=group.second)
        with tenant(group.id, [group.first.pk]):
            prepared = prepare_requests(actor=ACTOR, person_ids=[stay.person_id], route="psi")
        assert "portée" in prepared.refused[0].french


class TestQueueing:
    def test_what_is_ready_leaves_frozen_and_the_rest_says_why(self, group, door):
        ConnectionFactory()
        ready, lacking = working(group), working(group, person__email="")
        rows = prepare_requests(
            actor=ACTOR, person_ids=[ready.person_id, lacking.person_id], route="psi"
        ).created
        queued = queue_requests(actor=ACTOR, request_ids=[one.pk for one in rows])
        [sent], [left] = queued.queued, queued.not_ready
        sent.refresh_from_db()
        assert (sent.state, sent.attempt, sent.person_id) == ("queued", 1, ready.person_id)
        assert sent.payload["employment"]["issuingEstablishment"].endswith(group.first.finess)
        assert left.french
        progress = batch_progress(queued.batch_id)
        assert (progress.total, progress.waiting, progress.is_over) == (1, 1, False)
        [message] = Message.objects.filter(kind="registration.send")
        assert set(message.payload) == {"request_id", "attempt"}

    @pytest.mark.parametrize(
        "change",
        [
            {"person__email": ""},
            {"assignment__state": "cancelled"},
            {"function_id": NURSE},
            {"route": "portal"},
            {"state": "withdrawn"},
        ],
        ids=lambda one: next(iter(one)),
    )
    def test_what_changed_since_does_not_leave(self, group, door, change):
        ConnectionFactory()
        request = prepare_request(actor=ACTOR, person_id=working(group).person_id, route="psi")
        [(name, value)] = change.items()
        owner, _, field = name.rpartition("__")
        row = getattr(request, owner) if owner else request
        type(row).objects.filter(pk=row.pk).update(**{field: value})
        queued = queue_requests(actor=ACTOR, request_ids=[request.pk])
        assert queued.queued == []
        assert len(queued.not_ready) == 1
        assert not Message.objects.filter(kind="registration.send").exists()

    def test_an_end_of_activity_of_a_function_without_national_codes_says_so(self, group, door):
        """Left out of the call without a word, it would be asked again and again, and never done."""
        ConnectionFactory()
        stay = AssignmentFactory(
            establishment=group.first, person__reachable=True, ended=True, function_id=NURSE
        )
        PersonIdentifierFactory(person=stay.person, kind="rpps", value="99900000029")
        request = RegistrationRequestFactory(
            person=stay.person, establishment=group.first, assignment=stay, function_id=NURSE,
            ends_on=today(), end_reason="CHL", blocks=("identity", "employment", "activity_stop"),
        )  # fmt: skip
        [left] = queue_requests(actor=ACTOR, request_ids=[request.pk]).not_ready
        assert "activité" in left.french

    def test_nothing_leaves_a_group_without_a_key(self, group, door):
        request = prepare_request(actor=ACTOR, person_id=working(group).person_id, route="psi")
        with pytest.raises(DomainError, match="No key"):
            queue_requests(actor=ACTOR, request_ids=[request.pk])

    def test_many_take_as_many_statements_as_few(self, group, door):
        ConnectionFactory()

        def statements(count):
            people = [working(group).person_id for _ in range(count)]
            with CaptureQueriesContext(
                connection,
            ) as seen:
                rows = prepare_requests(actor=ACTOR, person_ids=people, route="psi").created
                queue_requests(actor=ACTOR, request_ids=[one.pk for one in rows])
            return len(seen)

        assert statements(3) == statements(12)


class TestWithdrawing:
    def test_before_it_leaves_and_once(self, group, door):
        request = RegistrationRequestFactory(establishment=group.first)
        for _ in range(2):
            withdraw_request(actor=ACTOR, request_id=request.pk, reason="Contrat annulé")
        request.refresh_from_db()
        assert (request.state, request.reason) == ("withdrawn", "Contrat annulé")
        assert request.events.count() == 1

    @pytest.mark.parametrize("state", ["sent", "unknown", "done", "partly_done"])
    def test_not_once_it_has_left(self, group, door, state):
        request = RegistrationRequestFactory(establishment=group.first, state=state)
        with pytest.raises(DomainError):
            withdraw_request(actor=ACTOR, request_id=request.pk, reason="Contrat annulé")

    def test_not_without_a_reason(self, group, door):
        with pytest.raises(DomainError, match="No reason"):
            withdraw_request(
                actor=ACTOR, request_id=RegistrationRequestFactory(establishment=group.first).pk, reason=" "
            )


@pytest.mark.parametrize("source", RequestState.values)
@pytest.mark.parametrize("target", RequestState.values)
def test_every_pair_of_states_behaves_as_the_table_says(group, door, source, target):
    request = RegistrationRequestFactory(establishment=group.first, state=source, payload={})
    moved = REQUEST_TRANSITIONS.move(RegistrationRequest.objects.filter(pk=request.pk), target)
    request.refresh_from_db()
    allowed = REQUEST_TRANSITIONS.allows(source, target)
    assert (moved, request.state) == ((1, target) if allowed else (0, source))


@pytest.mark.parametrize("source", BlockState.values)
@pytest.mark.parametrize("target", BlockState.values)
def test_so_do_those_of_a_part(group, door, source, target):
    request = RegistrationRequestFactory(establishment=group.first)
    rows = request.blocks.filter(kind=BlockKind.IDENTITY)
    rows.update(state=source)
    allowed = BLOCK_TRANSITIONS.allows(source, target)
    assert BLOCK_TRANSITIONS.move(rows, target) == int(allowed)
    assert rows.get().state == (target if allowed else source)


def test_somebody_under_an_ordre_for_another_stay_is_neither_proposed_nor_prepared_nor_sent(
    group, door, administrator
):
    ConnectionFactory()
    person = PersonFactory(reachable=True, birth_commune_code="01053", birth_place="Bourg-en-Bresse")
    AssignmentFactory(person=person, establishment=group.first)
    prepared = prepare_requests(actor=administrator, person_ids=[person.pk], route="psi").created
    AssignmentFactory(person=person, establishment=group.first, function_id="G15-60")
    [left] = queue_requests(actor=administrator, request_ids=[one.pk for one in prepared]).not_ready
    assert "sous un ordre ou une ARS" in left.french
    RegistrationRequest.objects.update(state="withdrawn")
    assert not people_to_register().exists()
    [refused] = prepare_requests(actor=administrator, person_ids=[person.pk], route="psi").refused
    assert "sous un ordre ou une ARS" in refused.french
