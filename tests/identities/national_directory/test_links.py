"""Candidates with their reasons, decisions, checks by set; behind the walls."""

from datetime import UTC, datetime, timedelta

import pytest

from identities.national_directory.differences import checked_links
from identities.national_directory.entries import directory_entry
from identities.national_directory.loading import load_directory_file
from identities.national_directory.matching import directory_candidates
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.operations import link_person, refuse_link
from identities.national_directory.queries import link_of, links_due
from identities.national_directory.rechecking import Recheck, keep_checks
from identities.national_directory.rules import RECHECK_RULES, due_before, recheck_rule
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.national_directory import at_site, main_row, write_main
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group

# The directory is loaded by the owner's own connection: what it loads must be committed to be read by the application.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
RPPS, OTHER, THIRD = "99900000011", "99900000029", "99900000037"
ROLE = {"Code profession": "99", "Code rôle": "313", "Libellé rôle": "Aide-soignant"}


@pytest.fixture
def load(tmp_path):
    def write_and_load(*rows):
        load_directory_file(write_main(tmp_path / "main.txt", rows), accept_shrink="essai")

    return write_and_load


@pytest.fixture
def group():
    return make_group()


def someone(group, **values):
    """An aide-soignante of the first site: Lefèvre, usage name N'Diaye."""
    person = PersonFactory(birth_name="Lefèvre", usage_name="N'Diaye", first_names=["Zoé", "Anne"], **values)
    AssignmentFactory(person=person, establishment=group.first)
    return person


def at_work(group, number=RPPS, name="LEFEVRE", first_name="ZOE", **others):
    return main_row(number, name, first_name, **ROLE, **at_site(group.first.finess), **others)


def test_an_entry_says_profession_role_and_place(group, load):
    load(
        at_work(group),
        main_row(RPPS, "LEFEVRE", "ZOE", **{"Code mode exercice": "L", "Libellé mode exercice": "Libéral"}),
    )
    entry = directory_entry(RPPS)
    assert entry.display_name == "LEFEVRE ZOE"
    assert {(one.job, one.mode, one.finess, one.where) for one in entry.activities} == {
        ("Aide-soignant", "", group.first.finess, "EHPAD F1"),
        ("Infirmier", "Libéral", "", ""),
    }
    assert directory_entry(OTHER) is None


def test_the_number_with_an_agreeing_name_is_a_candidate(group, load):
    load(main_row(RPPS, "NDIAYE LEFEVRE", ""), main_row(OTHER, "N DIAYE", "Anne"))
    with tenant(group.id):
        person = someone(group)
        PersonIdentifierFactory(person=person, kind="rpps", value=OTHER)
        (found,) = directory_candidates(person)
        assert (found.entry.number, found.source) == (OTHER, LinkSource.NUMBER)
        assert found.reasons == (
            "Le numéro RPPS de la fiche est celui de N DIAYE Anne dans l'Annuaire Santé, et le nom concorde.",
        )


def test_the_number_with_another_name_proposes_nothing(group, load):
    load(main_row(RPPS, "MARTIN", "ZOE"))
    with tenant(group.id):
        person = someone(group)
        PersonIdentifierFactory(person=person, kind="rpps", value=RPPS)
        assert directory_candidates(person) == []


def test_name_profession_and_finess_together_propose(group, load):
    load(
        at_work(group),
        at_work(group, OTHER, first_name="PAUL"),
        main_row(THIRD, "LEFEVRE", "ZOE", **at_site(group.first.finess)),
    )
    with tenant(group.id):
        (found,) = directory_candidates(someone(group))
        assert (found.entry.number, found.source) == (RPPS, LinkSource.NAME_JOB_SITE)
        assert found.reasons == (
            f"Même nom, même profession (Aide-soignant) et même établissement (FINESS {group.first.finess})"
            " dans l'Annuaire Santé.",
        )


def test_a_name_alone_proposes_nothing(group, load):
    load(
        main_row(RPPS, "LEFEVRE", "ZOE", **ROLE, **at_site("990000010")),
        main_row(OTHER, "LEFEVRE", "ZOE", **ROLE),
    )
    with tenant(group.id):
        assert directory_candidates(someone(group)) == []


def test_linking_keeps_the_decision_and_the_number(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
        link = link_person(
            actor=administrator, person=person, rpps=f"8{RPPS}", source=LinkSource.NAME_JOB_SITE
        )
        assert link_person(actor=administrator, person=person, rpps=RPPS).pk == link.pk
        assert link_of(person) == link
        assert (link.decided_by, link.rule_version) == (administrator.actor_id, "rie-v1")
        assert person.identifiers.get(kind="rpps").value == RPPS
        said = set(Line.objects.filter(object_id=person.pk).values_list("act", flat=True))
        assert said == {"directory_linked", "identifier_added"}


@pytest.mark.parametrize(
    ("number", "said"),
    [(OTHER, "n'est pas dans l'Annuaire"), (THIRD, "celui de MARTIN Paul"), ("12", "11 chiffres")],
)
def test_a_link_that_would_be_wrong_is_refused(group, load, administrator, number, said):
    load(at_work(group), main_row(THIRD, "Martin", "Paul"))
    with tenant(group.id):
        person = someone(group)
        with pytest.raises(DomainError) as caught:
            link_person(actor=administrator, person=person, rpps=number)
        assert said in caught.value.french
        assert not DirectoryLink.objects.exists()
        assert not person.identifiers.exists()


def test_one_number_one_person(group, load, administrator):
    load(at_work(group), at_work(group, OTHER))
    with tenant(group.id):
        person, namesake = someone(group), someone(group)
        link_person(actor=administrator, person=person, rpps=RPPS)
        for who, number in ((namesake, RPPS), (person, OTHER)):
            with pytest.raises(DomainError) as caught:
                link_person(actor=administrator, person=who, rpps=number)
            assert "déjà reliée" in caught.value.french


def test_a_number_that_another_record_holds_leaves_nothing(group, load, administrator):
    load(main_row(RPPS, "LEFEVRE", "ZOE"))
    with tenant(group.id):
        person, holder = someone(group), someone(group)
        PersonIdentifierFactory(person=holder, kind="rpps", value=RPPS)
        with pytest.raises(DomainError, match="held by another"):
            link_person(actor=administrator, person=person, rpps=RPPS)
        assert not DirectoryLink.objects.exists()


def test_a_refused_number_never_comes_back_and_may_be_taken_back(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
        link_person(actor=administrator, person=person, rpps=RPPS)
        with pytest.raises(DomainError):
            refuse_link(actor=administrator, person=person, rpps=RPPS, reason=" ")
        refuse_link(actor=administrator, person=person, rpps=RPPS, reason="homonyme")
        assert link_of(person) is None
        assert directory_candidates(person) == []
        assert "homonyme" in Line.objects.get(act="directory_link_refused").sentence
        link_person(actor=administrator, person=person, rpps=RPPS)
        assert link_of(person).reason == ""


def rechecked(actor):
    """Every link of the door, compared with the loaded tables."""
    return keep_checks(actor, recheck_rule(), checked_links(), now())


def test_the_check_finds_each_difference_once(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
        link_person(actor=administrator, person=person, rpps=RPPS)
        assert rechecked(administrator) == Recheck(1, 0)

    def differences(*rows):
        load(*rows)
        with tenant(group.id):
            assert rechecked(administrator) == Recheck(1, 1)
            assert rechecked(administrator) == Recheck(1, 0)
            return set(link_of(person).differences)

    elsewhere = at_site(group.second.finess, "F2")
    assert differences(main_row(OTHER)) == {"unknown_number"}
    assert differences(main_row(RPPS, "MARTIN", "ZOE", **ROLE, **at_site(group.first.finess))) == {
        "other_name"
    }
    assert differences(main_row(RPPS, "LEFEVRE", "ZOE")) == {"closed_here"}
    assert differences(main_row(RPPS, "LEFEVRE", "ZOE", **elsewhere)) == {
        "closed_here",
        "open_without_contract",
    }
    assert differences(at_work(group)) == set()
    with tenant(group.id):
        lines = Line.objects.filter(act="directory_link_checked")
        assert lines.count() == 5
        assert "plus aucune différence" in lines.latest("at").sentence


def test_a_site_sees_only_its_own(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        link_person(actor=administrator, person=someone(group), rpps=RPPS)
    with tenant(group.id, [group.first.pk]):
        assert DirectoryLink.objects.count() == 1
    with tenant(group.id, [group.second.pk]):
        assert DirectoryLink.objects.count() == 0
    with tenant(make_group().id):
        assert DirectoryLink.objects.count() == 0


def test_links_are_due_by_the_rule(group, load, administrator):
    load(at_work(group))
    law, draft = RECHECK_RULES
    with tenant(group.id):
        link_person(actor=administrator, person=someone(group), rpps=RPPS)
        assert not links_due(law).exists()
        DirectoryLink.objects.update(checked_at=now() - timedelta(days=800))
        assert links_due(law).count() == 1
        assert not links_due(draft).exists()


def test_months_of_the_rule_are_calendar_months():
    law, draft = RECHECK_RULES
    assert due_before(law, datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2026, 2, 28, tzinfo=UTC)
    assert due_before(draft, datetime(2026, 1, 31, tzinfo=UTC)) == datetime(2023, 1, 31, tzinfo=UTC)
