"""What a file would change, told line by line, with nothing written."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from identities.assignments.models import Assignment
from identities.assignments.move_operations import Destination, move_assignment
from identities.hr_imports.models import Run
from identities.hr_imports.operations import decide_double, start_check, tell_function, tell_site
from identities.hr_imports.queries import lines_of, refused_rows
from identities.hr_imports.refusals import FileRefused
from identities.hr_imports.shown import shown_line
from identities.people.models import Person, PersonIdentifier
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.hr_imports import PAYROLL, deposit, hr_line, paris_day
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)


def known(payroll, matricule="0421", site=None, **traits):
    """Somebody whom an earlier import of this payroll brought in."""
    traits = {"birth_name": "Fictif", "first_names": ["Camille"], "birth_date": "1985-03-12"} | traits
    with tenant(payroll.group.id):
        person = PersonFactory(**traits)
        PersonIdentifier.objects.create(
            person=person, kind="matricule", issuer=payroll.source.issuer, value=matricule
        )
        AssignmentFactory(
            person=person, establishment=site or payroll.group.first, source=payroll.source.mark
        )
    return person


def counted(run) -> dict[str, int]:
    return {name: count for name, count in run.counts.items() if count}


def test_a_first_file_creates_and_writes_nothing_yet(payroll):
    first, second = payroll.group.first, payroll.group.second
    run = payroll.check(
        hr_line(first),
        hr_line(second, Emploi="IDE"),
        hr_line(first, "0422", **{"Nom de naissance": "Durand", "Date de naissance": "01/02/1990"}),
    )
    assert run.state == "checked"
    assert counted(run) == {"created": 2, "joined": 1}
    with tenant(payroll.group.id):
        assert not Person.objects.exists()
        assert not Assignment.objects.exists()


def test_the_same_people_again_change_nothing(payroll):
    known(payroll, birth_name="Fictif", first_names=["Camille", "Dominique"])
    run = payroll.check(hr_line(payroll.group.first, **{"Nom de naissance": "FICTIF", "Prénoms": "CAMILLE"}))
    assert counted(run) == {"unchanged": 1}
    assert run.guards == []


def test_changes_are_told_field_by_field(payroll):
    known(payroll)
    line = hr_line(
        payroll.group.first,
        **{"Mobile": "06 12 34 56 78", "Type de contrat": "CDD", "Date de sortie": paris_day(20)},
    )
    run = payroll.check(line)
    changes = {
        one["field"]: (one["before"], one["after"]) for one in payroll.lines(run)["changed"][0].changes
    }
    assert changes["phone"] == ("", "+33612345678")
    assert changes["contract"] == ("cdi", "cdd")
    assert changes["ends_at"][0] is None


def test_somebody_whom_the_file_no_longer_names_leaves(payroll):
    known(payroll)
    known(payroll, "0500", birth_name="Parti", birth_date="1970-01-01")
    run = payroll.check(hr_line(payroll.group.first))
    assert counted(run) == {"ended": 1, "unchanged": 1}
    assert payroll.lines(run)["ended"][0].name.startswith("PARTI")


def test_nobody_leaves_because_their_line_is_refused(payroll):
    known(payroll)
    run = payroll.check(hr_line(payroll.group.first, **{"Date de naissance": "31/02/1985"}))
    assert counted(run) == {"refused": 1}


def test_a_partial_source_ends_nobody(payroll):
    known(payroll)
    with tenant(payroll.group.id):
        payroll.source.is_complete = False
        payroll.source.save()
    run = payroll.check(
        hr_line(
            payroll.group.second, "0999", **{"Nom de naissance": "Neuf", "Date de naissance": "04/05/1999"}
        )
    )
    assert counted(run) == {"created": 1}


def test_another_site_is_a_move_and_another_function_too(payroll):
    known(payroll)
    run = payroll.check(hr_line(payroll.group.second))
    assert counted(run) == {"moved": 1}
    with tenant(payroll.group.id):
        (line,) = lines_of(run)
        left = payroll.group.first.name
        assert shown_line(line).sentences == [
            f"quitte {left} (Aide-soignant) le {today():%d/%m/%Y}, pour ce site"
        ]


def test_a_contract_that_is_over_is_a_departure_once(payroll):
    known(payroll)
    over = hr_line(payroll.group.first, **{"Date de sortie": paris_day(-2)})
    gone = hr_line(
        payroll.group.first, "0777", **{"Nom de naissance": "Ancien", "Date de sortie": paris_day(-90)}
    )
    assert counted(payroll.check(over, gone)) == {"ended": 1, "unchanged": 1}


def test_a_departure_that_the_site_decided_is_not_undone_by_the_file(payroll):
    person = known(payroll)
    with tenant(payroll.group.id):
        Assignment.objects.filter(person=person).update(
            state="ended", ends_at=now() - timedelta(days=3), end_reason="resignation"
        )
    run = payroll.check(hr_line(payroll.group.first))
    assert "Le site a mis fin" in payroll.lines(run)["refused"][0].problems[0]["message"]


def test_a_mission_typed_by_a_site_is_adopted(payroll):
    with tenant(payroll.group.id):
        person = PersonFactory(birth_name="Fictif", first_names=["Camille"], birth_date="1985-03-12")
        AssignmentFactory(person=person, establishment=payroll.group.first, mission=True)
    run = payroll.check(hr_line(payroll.group.first))
    line = payroll.lines(run)["changed"][0]
    assert line.person_id == person.pk
    fields = {one["field"]: one["after"] for one in line.changes}
    assert fields["source"] == payroll.source.mark
    assert fields["matricule"] == "0421"
    assert (fields["kind"], fields["ends_at"]) == ("affectation", None)


def test_a_probable_double_is_held_until_somebody_decides(payroll):
    with tenant(payroll.group.id):
        person = PersonFactory(birth_name="Fictiff", first_names=["Camille"], birth_date="1985-03-12")
    run = payroll.check(hr_line(payroll.group.first))
    line = payroll.lines(run)["double"][0]
    assert line.doubles[0]["person_id"] == str(person.pk)
    assert "même date de naissance" in line.doubles[0]["reasons"]
    with tenant(payroll.group.id):
        with pytest.raises(DomainError, match="Not proposed"):
            decide_double(actor=PAYROLL, run=run, line=line, person_id=uuid7())
        Run.objects.filter(pk=run.pk).update(state="abandoned")
    same = payroll.check(hr_line(payroll.group.first), decisions={"2": str(person.pk)})
    assert payroll.lines(same)["joined"][0].person_id == person.pk
    with tenant(payroll.group.id):
        Run.objects.filter(pk=same.pk).update(state="abandoned")
    other = payroll.check(hr_line(payroll.group.first), decisions={"2": "new"})
    assert counted(other) == {"created": 1}


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"Date de naissance": "31/02/1980"}, "Date de naissance", "31/02/1980 n'existe pas"),
        ({"Date de naissance": "01/01/1900"}, "Date de naissance", "cellule vide"),
        ({"Date de naissance": "29252"}, "Date de naissance", "Excel"),
        ({"Date d'entrée": "01/09/25"}, "Date d'entrée", "deux chiffres"),
        ({"FINESS ET": "9,91E+08"}, "FINESS ET", "arrondi par le tableur"),
        ({"FINESS ET": "Château d'If"}, "FINESS ET", "n'est pas un établissement du groupe"),
        ({"Emploi": "Dompteur"}, "Emploi", "aucune fonction nationale"),
        ({"Nom de naissance": "=cmd|A1"}, "Nom de naissance", "formule"),
        ({"Nom de naissance": ""}, "Nom de naissance", "Indiquez le nom"),
        ({"Mobile": "12"}, "Mobile", "n'est pas un numéro"),
        ({"Matricule": "1 85 03 01 053 012 34"}, "Matricule", "sécurité sociale"),
        ({"Date de sortie": "01/01/2020"}, "Date de sortie", "avant le début"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_line_with_its_column(payroll, cells, column, words):
    run = payroll.check(hr_line(payroll.group.first, **cells))
    assert counted(run) == {"refused": 1}
    problem = payroll.lines(run)["refused"][0].problems[0]
    assert problem["column"] == column
    assert words in problem["message"]


def test_what_the_portal_knows_may_be_missing_from_the_file(payroll):
    known(payroll, first_names=[], birth_date="1977-00-00")
    run = payroll.check(hr_line(payroll.group.first, **{"Prénoms": "", "Date de naissance": ""}))
    assert counted(run) == {"unchanged": 1}


def test_a_newcomer_needs_a_first_name_and_a_birth_date(payroll):
    run = payroll.check(hr_line(payroll.group.first, **{"Prénoms": "", "Date de naissance": ""}))
    assert counted(run) == {"refused": 1}
    with tenant(payroll.group.id):
        (line,) = run.lines.all()
    assert [one["column"] for one in line.problems] == ["Prénoms", "Date de naissance"]
    assert "Sans prénom" in line.problems[0]["message"]


def test_a_birth_date_known_in_part_is_read_as_the_registry_writes_it(payroll):
    run = payroll.check(
        hr_line(payroll.group.first, "0421", **{"Date de naissance": "00/00/1977"}),
        hr_line(payroll.group.first, "0422", **{"Prénoms": "Ali", "Date de naissance": "00/05/1990"}),
    )
    assert counted(run) == {"created": 2}
    with tenant(payroll.group.id):
        assert {one.values["birth_date"] for one in run.lines.all()} == {"1977-00-00", "1990-05-00"}


def test_one_matricule_for_two_people_refuses_both_lines(payroll):
    run = payroll.check(
        hr_line(payroll.group.first), hr_line(payroll.group.first, **{"Date de naissance": "12/04/1985"})
    )
    refused = payroll.lines(run)["refused"]
    assert len(refused) == 2
    assert "12/03/1985 (ligne 2)" in refused[0].problems[0]["message"]


def test_the_same_line_twice_is_told_with_the_other_line(payroll):
    run = payroll.check(hr_line(payroll.group.first), hr_line(payroll.group.first))
    assert counted(run) == {"created": 1, "refused": 1}
    assert "déjà à la ligne 2" in payroll.lines(run)["refused"][0].problems[0]["message"]


def test_a_matricule_that_belongs_to_somebody_else_is_refused(payroll):
    known(payroll)
    run = payroll.check(
        hr_line(payroll.group.first, **{"Nom de naissance": "Autre", "Date de naissance": "01/01/1970"})
    )
    assert "est celui de FICTIF Camille" in payroll.lines(run)["refused"][0].problems[0]["message"]


def test_refused_lines_leave_as_they_came_with_their_reason(payroll):
    run = payroll.check(hr_line(payroll.group.first, Emploi="Dompteur"))
    with tenant(payroll.group.id):
        header, rows = refused_rows(run)
    assert header[-1] == "Motif"
    assert rows[0][6] == "Dompteur"
    assert rows[0][-1].startswith("Ligne 2 : Emploi : « Dompteur »")


def test_an_unknown_site_and_an_unknown_function_are_told_once_for_all(payroll):
    line = hr_line(payroll.group.first, **{"FINESS ET": "ETAB01", "Emploi": "Dompteur"})
    run = payroll.check(line)
    assert {one["kind"] for one in run.guards} == {"unknown_site", "unknown_function"}
    with tenant(payroll.group.id):
        tell_site(
            actor=PAYROLL, source=payroll.source, text="ETAB01", establishment_id=payroll.group.first.pk
        )
        tell_function(actor=PAYROLL, title="Dompteur", function_code="R85-368")
        Run.objects.filter(pk=run.pk).update(state="abandoned")
    assert counted(payroll.check(line)) == {"created": 1}


def test_guards_departures_older_file_shrunk_and_emptied(payroll):
    first = payroll.group.first
    everybody = [
        hr_line(
            first, f"{rank:04}", **{"Nom de naissance": f"Nom{'abcdefghij'[rank]}", "Mobile": "0612345678"}
        )
        for rank in range(10)
    ]
    with tenant(payroll.group.id):
        applied = payroll.apply(payroll.check(*everybody))
    assert applied.state == "applied"
    fewer = [[*line[:-1], ""] for line in everybody[:8]]
    run = payroll.check(*fewer, as_of=today() - timedelta(days=1))
    assert {one["kind"] for one in run.guards} == {"departures", "older", "shrunk", "emptied"}
    assert any("2 départs sur 10" in one["sentence"] for one in run.guards)


def test_the_database_refuses_two_open_imports_of_one_source(payroll):
    with tenant(payroll.group.id):
        run = deposit(payroll.source, hr_line(payroll.group.first))
        with pytest.raises(DomainError, match="open run"):
            deposit(payroll.source, hr_line(payroll.group.first))
        with pytest.raises(IntegrityError), transaction.atomic():
            Run.objects.create(source=payroll.source, file_name="b.csv", as_of=run.as_of, moved_at=now())


def test_a_file_that_cannot_be_read_leaves_nothing(payroll):
    with tenant(payroll.group.id):
        with pytest.raises(FileRefused):
            deposit(payroll.source)
        assert not Run.objects.exists()


def test_a_missing_column_is_asked_for(payroll):
    with tenant(payroll.group.id):
        run = deposit(payroll.source, hr_line(payroll.group.first))
        with pytest.raises(DomainError, match="missing"):
            start_check(actor=PAYROLL, run=run, mapping=run.mapping | {"emploi": ""})


def test_somebody_whom_the_site_moved_is_not_brought_back_by_the_file(payroll):
    person = known(payroll)
    with tenant(payroll.group.id):
        stay = Assignment.objects.get(person=person)
        to = Destination(payroll.group.second.pk, stay.function_id)
        move_assignment(actor=PAYROLL, assignment=stay, to=to)
    run = payroll.check(hr_line(payroll.group.first))
    assert counted(run) == {"refused": 1}
    assert "Le site a mis fin" in payroll.lines(run)["refused"][0].problems[0]["message"]
