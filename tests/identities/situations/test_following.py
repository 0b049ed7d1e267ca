"""What an answer, a refusal, and the Annuaire Santé make of a situation."""

from datetime import timedelta

import pytest

from identities.national_directory.loading import load_directory_file
from identities.registrations.models import RegistrationRequest, RequestBlock
from identities.situations.departures import drop_situations
from identities.situations.following import compare_with_directory, follow_requests
from identities.situations.models import SituationToClose
from identities.situations.queries import SituationFilter, situations_shown
from identities.situations.states import SituationState
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.national_directory import at_site, main_row, write_main
from tests.factories.people import PersonIdentifierFactory
from tests.factories.situations import SituationFactory
from tests.fixtures import make_group

RPPS = "99900000011"
ROLE = {"Code profession": "99", "Code rôle": "313", "Libellé rôle": "Aide-soignant"}


def asked(establishment, *, request: str, block: str = "asked"):
    """A situation whose end was asked by the API; the state of that request, and of its end of activity."""
    situation = SituationFactory(assignment__establishment=establishment)
    sent = RegistrationRequest.objects.create(
        person=situation.person, establishment=establishment, function_id="R85-313", route="psi", state=request,
        payload={}, end_reason="AUT", created_by_name="Camille Fictif",
    )  # fmt: skip
    RequestBlock.objects.create(
        request=sent, establishment_id=establishment.pk, kind="activity_stop", state=block
    )
    SituationToClose.objects.filter(pk=situation.pk).update(state="asked", request=sent)
    return situation


@pytest.mark.django_db
class TestTheAnswer:
    def test_closes_what_it_ended_once(self, group, door):
        situation = asked(group.first, request="done", block="done")
        assert [follow_requests(), follow_requests()] == [1, 0]
        situation.refresh_from_db()
        assert (situation.state, situation.closed_by, situation.closed_on) == ("closed", "psi", today())
        assert Line.objects.filter(act="situation.closed_by_answer").count() == 1

    def test_closes_it_when_another_part_is_still_to_be_done(self, group, door):
        situation = asked(group.first, request="partly_done", block="done")
        follow_requests(request_ids=[SituationToClose.objects.get(pk=situation.pk).request_id])
        situation.refresh_from_db()
        assert situation.state == SituationState.CLOSED

    @pytest.mark.parametrize("state", ["refused", "withdrawn", "expired"])
    def test_that_did_not_come_opens_it_again(self, group, door, state):
        situation = asked(group.first, request=state)
        assert follow_requests() == 1
        situation.refresh_from_db()
        assert (situation.state, situation.note) == ("open", "La demande de fin n'a pas abouti.")

    @pytest.mark.parametrize("state", ["draft", "ready", "queued", "sent", "unknown", "correction"])
    def test_still_awaited_changes_nothing(self, group, door, state):
        asked(group.first, request=state)
        assert follow_requests() == 0


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
class TestTheDirectory:
    @pytest.fixture
    def group(self):
        return make_group()

    @pytest.fixture
    def load(self, tmp_path):
        def write_and_load(*rows):
            name = f"PS_LibreAcces_Personne_activite_{today():%Y%m%d}0800.txt"
            load_directory_file(write_main(tmp_path / name, rows), accept_shrink="essai")

        return write_and_load

    def closed(self, group, days_ago: int):
        with tenant(group.id):
            situation = SituationFactory(
                assignment__establishment=group.first,
                closed=True,
                closed_on=today() - timedelta(days=days_ago),
            )
            PersonIdentifierFactory(person=situation.person, kind="rpps", value=RPPS)
        return situation

    def found(self, group):
        with tenant(group.id):
            compare_with_directory()
            return SituationToClose.objects.get()

    def test_that_no_longer_shows_the_activity_dates_the_proof(self, group, load):
        self.closed(group, 2)
        load(main_row(RPPS, **ROLE, **at_site(group.second.finess)))
        assert self.found(group).verified_on == today()
        assert self.found(group).state == SituationState.CLOSED

    def test_that_shows_it_a_week_after_opens_it_again(self, group, load):
        self.closed(group, 8)
        load(main_row(RPPS, **ROLE, **at_site(group.first.finess)))
        found = self.found(group)
        assert (found.state, found.verified_on) == (SituationState.OPEN, None)
        assert "7 jours après" in found.note

    def test_that_shows_it_the_day_after_waits(self, group, load):
        self.closed(group, 1)
        load(main_row(RPPS, **ROLE, **at_site(group.first.finess)))
        assert self.found(group).state == SituationState.CLOSED

    def test_made_before_it_was_closed_proves_nothing(self, group, load):
        self.closed(group, 0)
        load(main_row(RPPS, **ROLE, **at_site(group.second.finess)))
        assert self.found(group).verified_on is None

    def test_does_not_open_again_for_somebody_who_is_back(self, group, load):
        situation = self.closed(group, 8)
        with tenant(group.id):
            AssignmentFactory(
                person=situation.person, establishment=group.first, starts_at=now() - timedelta(hours=1)
            )
        load(main_row(RPPS, **ROLE, **at_site(group.first.finess)))
        assert self.found(group).state == SituationState.CLOSED

    def test_is_told_on_the_list(self, group, load):
        self.closed(group, 1)
        load(main_row(RPPS, **ROLE, **at_site(group.first.finess)))
        with tenant(group.id):
            (shown,) = situations_shown(SituationFilter())
            assert (shown.is_open_there, shown.number) == (True, RPPS)


@pytest.mark.django_db
def test_nothing_is_said_before_any_file_is_loaded(group, door):
    SituationFactory(closed=True)
    assert compare_with_directory() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "left"),
    [("ready", False), ("queued", False), ("correction", False), ("sent", True), ("unknown", True)],
)
def test_a_return_takes_back_the_end_that_has_not_left(group, door, state, left):
    situation = asked(group.first, request=state)
    AssignmentFactory(person=situation.person, establishment=group.first, starts_at=now())
    assert drop_situations(person_ids=[situation.person_id]) == (0 if left else 1)
    sent = RegistrationRequest.objects.get()
    assert (sent.state == "withdrawn") is not left


@pytest.mark.django_db
def test_a_return_leaves_an_end_that_the_api_has_begun(group, door):
    situation = asked(group.first, request="queued")
    [sent] = RegistrationRequest.objects.all()
    RequestBlock.objects.create(request=sent, establishment_id=group.first.pk, kind="identity", state="done")
    AssignmentFactory(person=situation.person, establishment=group.first, starts_at=now())
    assert drop_situations(person_ids=[situation.person_id]) == 0
    assert RegistrationRequest.objects.get().state == "queued"
