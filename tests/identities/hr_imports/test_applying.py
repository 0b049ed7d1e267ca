"""Application site by site, its undoing from the state before, and workers that die in the middle."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from identities.assignments.models import Assignment, AssignmentChange
from identities.hr_imports.applying import apply_run_sites, undo_run_sites
from identities.hr_imports.models import DepositedFile, Line, Run, SiteRun
from identities.hr_imports.operations import abandon_run, apply_run, retry_sites, start_check, undo_run
from identities.hr_imports.tasks import carry_on, forget
from identities.hr_imports.work import runs_at_work
from identities.people.models import Person, PersonIdentifier
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line as JournalLine
from tenants.groups.models import Establishment
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory
from tests.factories.hr_imports import PAYROLL, deposit, hr_line, paris_day
from tests.factories.people import PersonFactory
from tests.identities.hr_imports.test_dry_run import known
from tests.services import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def stays(payroll, **of) -> list[tuple[str, str]]:
    with tenant(payroll.group.id):
        return list(
            Assignment.objects.filter(**of).order_by("starts_at", "id").values_list("state", "end_reason")
        )


def test_creates_people_their_numbers_and_their_stays_with_lines_and_messages(payroll):
    first, second = payroll.group.first, payroll.group.second
    line = hr_line(first, Mobile="0612345678")
    run = payroll.apply(
        payroll.check(line, hr_line(second, **{"Emploi": "IDE", "Date d'entrée": paris_day(5)}))
    )
    assert run.state == "applied"
    with tenant(payroll.group.id):
        person = Person.objects.get()
        assert (person.birth_name, person.phone) == ("Fictif", "+33612345678")
        number = PersonIdentifier.objects.get()
        assert (number.value, number.issuer) == ("0421", payroll.source.issuer)
        found = set(Assignment.objects.values_list("establishment_id", "state", "source"))
        mark = payroll.source.mark
        assert found == {(first.pk, "running", mark), (second.pk, "planned", mark)}
        assert AssignmentChange.objects.count() == 2
        acts = set(JournalLine.objects.filter(object_id=person.pk).values_list("act", flat=True))
        assert acts == {"person_registered", "assignment.started"}
        registered = JournalLine.objects.get(object_id=person.pk, act="person_registered")
        assert registered.after["identifiers"] == ["matricule RH 0421"]
        assert list(Message.objects.values_list("kind", flat=True)) == ["assignment.started"]
        assert not DepositedFile.objects.exists()
    assert (
        payroll.check(line, hr_line(second, **{"Emploi": "IDE", "Date d'entrée": paris_day(5)})).counts[
            "unchanged"
        ]
        == 2
    )


def test_applied_twice_writes_once(payroll):
    run = payroll.apply(payroll.check(hr_line(payroll.group.first)))
    assert apply_run_sites(payroll.group.id, run.pk) == 0
    with tenant(payroll.group.id):
        assert Assignment.objects.count() == 1
        with pytest.raises(DomainError):
            apply_run(actor=PAYROLL, run=run, reason="", may_force=True)


def test_a_change_a_move_and_a_departure_then_their_undoing(payroll):
    first, second = payroll.group.first, payroll.group.second
    stay, mover, leaver = (
        known(payroll, f"000{rank}", birth_name=name, birth_date=f"19{rank}0-05-05")
        for rank, name in enumerate(("Reste", "Bouge", "Parti"), 7)
    )
    lines = [
        hr_line(
            first,
            "0007",
            **{"Nom de naissance": "Reste", "Date de naissance": "05/05/1970", "Mobile": "0612345678"},
        ),
        hr_line(second, "0008", **{"Nom de naissance": "Bouge", "Date de naissance": "05/05/1980"}),
    ]
    run = payroll.apply(payroll.check(*lines))
    with tenant(payroll.group.id):
        assert Person.objects.get(pk=stay.pk).phone == "+33612345678"
    assert stays(payroll, person=mover) == [("running", ""), ("ended", "transfer")][::-1]
    assert stays(payroll, person=leaver) == [("ended", "other")]
    undone = payroll.undo(run)
    assert undone.state == "undone"
    with tenant(payroll.group.id):
        assert Person.objects.get(pk=stay.pk).phone == ""
        back = Assignment.objects.filter(state="running")
        assert set(back.values_list("person_id", "establishment_id")) == {
            (one.pk, first.pk) for one in (stay, mover, leaver)
        }
        assert set(Line.objects.filter(run=run).values_list("state", flat=True)) == {"undone"}
        ended = Assignment.objects.get(person=leaver, state="ended")
        assert back.get(person=leaver).starts_at == ended.ends_at
    again = payroll.check(*lines)
    assert {name: count for name, count in again.counts.items() if count} == {
        "changed": 1,
        "moved": 1,
        "ended": 1,
    }


def test_a_creation_that_is_undone_may_be_imported_again(payroll):
    line = hr_line(payroll.group.first)
    payroll.undo(payroll.apply(payroll.check(line)))
    assert stays(payroll) == [("ended", "mistake")]
    again = payroll.check(line)
    assert again.counts["joined"] == 1
    payroll.apply(again)
    with tenant(payroll.group.id):
        assert Person.objects.count() == 1
        assert Assignment.objects.filter(state="running").count() == 1


def test_what_changed_since_is_told_and_not_overwritten(payroll):
    person = known(payroll)
    run = payroll.apply(payroll.check(hr_line(payroll.group.first, Mobile="0612345678")))
    with tenant(payroll.group.id):
        Person.objects.filter(pk=person.pk).update(phone="+33699999999")
    payroll.undo(run)
    with tenant(payroll.group.id):
        assert Person.objects.get(pk=person.pk).phone == "+33699999999"
        line = Line.objects.get(run=run)
        assert line.state == "kept"
        assert "changé depuis" in line.note


def test_a_mission_is_adopted_and_given_back(payroll):
    with tenant(payroll.group.id):
        person = PersonFactory(birth_name="Fictif", first_names=["Camille"], birth_date="1985-03-12")
        mission = AssignmentFactory(person=person, establishment=payroll.group.first, mission=True)
    run = payroll.apply(payroll.check(hr_line(payroll.group.first)))
    with tenant(payroll.group.id):
        adopted = Assignment.objects.get()
        assert (adopted.pk, adopted.kind, adopted.ends_at) == (mission.pk, "affectation", None)
        assert adopted.source == payroll.source.mark
        assert PersonIdentifier.objects.get(person=person).value == "0421"
    payroll.undo(run)
    with tenant(payroll.group.id):
        back = Assignment.objects.get()
        assert (back.kind, back.source, back.ends_at) == ("mission", "typed", mission.ends_at)
        assert PersonIdentifier.objects.get().valid_to is not None


def test_a_stay_that_changed_since_the_check_is_left_alone(payroll):
    person = known(payroll)
    run = payroll.check(hr_line(payroll.group.first, **{"Date de sortie": paris_day(20)}))
    with tenant(payroll.group.id):
        end = now() + timedelta(days=2)
        Assignment.objects.filter(person=person).update(ends_at=end, end_reason="resignation")
    payroll.apply(run)
    with tenant(payroll.group.id):
        assert Assignment.objects.get().ends_at == end
        assert Line.objects.get(run=run).state == "left"


def test_a_site_is_whole_or_not_at_all_and_may_be_taken_again(payroll):
    first, second = payroll.group.first, payroll.group.second
    run = payroll.check(
        hr_line(first),
        hr_line(first, "0422", **{"Nom de naissance": "Durand", "Date de naissance": "01/02/1990"}),
        hr_line(second, "0423", **{"Nom de naissance": "Martin", "Date de naissance": "01/02/1991"}),
    )
    with tenant(payroll.group.id):
        taken = PersonIdentifier.objects.create(
            person=PersonFactory(), kind="matricule", issuer=payroll.source.issuer, value="0422"
        )
    run = payroll.apply(run)
    with tenant(payroll.group.id):
        states = dict(SiteRun.objects.filter(run=run).values_list("establishment_id", "state"))
        assert states == {first.pk: "failed", second.pk: "applied"}
        assert "porté par une autre personne" in SiteRun.objects.get(establishment=first).failure
        assert not Assignment.objects.filter(establishment=first).exists()
        taken.value = "autre"
        taken.save()
        retry_sites(actor=PAYROLL, run=run)
    apply_run_sites(payroll.group.id, run.pk)
    with tenant(payroll.group.id):
        assert Assignment.objects.filter(establishment=first).count() == 2


def test_a_guarded_run_needs_the_right_and_a_reason(payroll):
    for rank in range(3):
        known(payroll, f"9{rank}", birth_name=f"Part{'abc'[rank]}", birth_date=f"197{rank}-01-01")
    known(payroll)
    run = payroll.check(hr_line(payroll.group.first))
    assert run.guards
    with tenant(payroll.group.id):
        with pytest.raises(DomainError, match="no right"):
            apply_run(actor=PAYROLL, run=run, reason="Fermeture du service", may_force=False)
        with pytest.raises(DomainError, match="reason"):
            apply_run(actor=PAYROLL, run=run, reason="ok", may_force=True)
        assert Assignment.objects.filter(state="running").count() == 4


def test_undone_within_seven_days_only(payroll):
    run = payroll.apply(payroll.check(hr_line(payroll.group.first)))
    with tenant(payroll.group.id):
        Run.objects.filter(pk=run.pk).update(applied_at=now() - timedelta(days=7, minutes=1))
        with pytest.raises(DomainError, match="too late"):
            undo_run(actor=PAYROLL, run=payroll.seen(run))


def test_abandoned_it_leaves_no_line_and_no_file(payroll):
    run = payroll.check(hr_line(payroll.group.first))
    with tenant(payroll.group.id):
        abandon_run(actor=PAYROLL, run=run)
        assert not Line.objects.exists()
        assert not DepositedFile.objects.exists()


def test_a_run_left_by_a_dead_worker_is_found_and_carried_on(payroll):
    run = payroll.check(hr_line(payroll.group.first))
    with tenant(payroll.group.id):
        apply_run(actor=PAYROLL, run=run, reason="", may_force=True)
    assert runs_at_work() == [(payroll.group.id, run.pk)]
    carry_on(group_id=str(payroll.group.id), run_id=str(run.pk))
    assert payroll.seen(run).state == "applied"
    assert runs_at_work() == []


_WORKER = """
import time, uuid, django
django.setup()
from identities.hr_imports import applying
real = applying._apply
def slowly(run, site):
    counts = real(run, site)
    time.sleep(0.3)  # killed here: written, not committed
    return counts
applying._apply = slowly
applying.apply_run_sites(uuid.UUID("{group}"), uuid.UUID("{run}"))
"""


def test_killed_in_the_middle_it_resumes_and_each_site_is_done_once(payroll, services):
    with tenant(payroll.group.id):
        sites = EstablishmentFactory.create_batch(6, legal_entity=payroll.group.entity)
    letters = "abcdef"
    run = payroll.check(*(
        hr_line(site, f"00{rank}{more}", **{"Nom de naissance": f"Nom{letters[rank]}{letters[more]}",
                                           "Date de naissance": f"0{rank + 1}/0{more + 1}/1980"})
        for rank, site in enumerate(sites) for more in range(3)
    ))  # fmt: skip
    with tenant(payroll.group.id):
        apply_run(actor=PAYROLL, run=run, reason="", may_force=True)
    environment = {**os.environ, **services.environment(), "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    program = _WORKER.format(group=payroll.group.id, run=run.pk)
    worker = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while _applied(payroll, run) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    done = _applied(payroll, run)
    assert 2 <= done < 6
    assert payroll.seen(run).state == "applying"
    deadline = time.monotonic() + 30
    while payroll.seen(run).state == "applying" and time.monotonic() < deadline:
        carry_on(group_id=str(payroll.group.id), run_id=str(run.pk))
    assert payroll.seen(run).state == "applied"
    with tenant(payroll.group.id):
        assert Assignment.objects.count() == Person.objects.count() == AssignmentChange.objects.count() == 18
        assert set(SiteRun.objects.values_list("state", flat=True)) == {"applied"}
    undo_run_sites(payroll.group.id, run.pk)


def _applied(payroll, run) -> int:
    with tenant(payroll.group.id):
        return SiteRun.objects.filter(run=run, state="applied").count()


def test_a_site_that_cannot_be_undone_says_so_and_the_others_are(payroll):
    first, second = payroll.group.first, payroll.group.second
    known(payroll, "1", birth_name="Parti", birth_date="1970-05-05")
    known(payroll, "2", site=second, birth_name="Aussi", birth_date="1971-05-05")
    known(payroll)
    run = payroll.apply(payroll.check(hr_line(first)))
    with tenant(payroll.group.id):
        Establishment.objects.filter(pk=first.pk).update(closed_on=now().date() - timedelta(days=1))
    assert payroll.undo(run).state == "undone"
    with tenant(payroll.group.id):
        sites = {one.establishment_id: one for one in SiteRun.objects.all()}
        assert (sites[first.pk].state, sites[second.pk].state) == ("kept", "undone")
        assert "est fermé depuis" in sites[first.pk].failure


def test_a_check_that_breaks_gives_the_file_back_with_a_reason(payroll):
    with tenant(payroll.group.id):
        run = deposit(payroll.source, hr_line(payroll.group.first))
        start_check(actor=PAYROLL, run=run, mapping=run.mapping)
    carry_on.on_failure(
        ValueError(), "", (), {"group_id": str(payroll.group.id), "run_id": str(run.pk)}, None
    )
    broken = payroll.seen(run)
    assert broken.state == "received"
    assert "raison technique" in broken.failure


def test_the_lines_of_an_old_import_are_forgotten_and_its_counts_stay(payroll):
    old = payroll.apply(payroll.check(hr_line(payroll.group.first)))
    with tenant(payroll.group.id):
        Run.objects.filter(pk=old.pk).update(moved_at=now() - timedelta(days=31))
    payroll.check(hr_line(payroll.group.first, Mobile="0612345678"))
    assert forget() == 1
    assert forget() == 0
    with tenant(payroll.group.id):
        assert [one.run_id for one in Line.objects.all()] != [old.pk]
        assert Run.objects.get(pk=old.pk).counts["created"] == 1
