"""Proposals of a whole group, by set: what is linked at once, what waits, what goes; and decisions on many."""

import pytest

from identities.national_directory.matching import directory_candidates
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.operations import link_person, refuse_link
from identities.national_directory.queries import link_of
from identities.national_directory.set_operations import (
    Matched,
    confirm_links,
    propose_links,
    refuse_links,
)
from identities.national_directory.tasks import match_every_group, match_group
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.factories.national_directory import main_row
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.sign_in import ExternalIdentityFactory
from tests.fixtures import make_group
from tests.identities.national_directory.test_links import OTHER, RPPS, THIRD, at_work, load, someone

__all__ = ["load"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NIGHT = Machine("La nuit")


@pytest.fixture
def group():
    return make_group()


def states():
    return {one.rpps: (one.state, one.source) for one in DirectoryLink.objects.all()}


def with_number(person, number):
    PersonIdentifierFactory(person=person, kind="rpps", value=number)
    return person


def test_the_number_and_the_whole_name_link_at_once(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = with_number(someone(group), RPPS)
        assert propose_links(actor=administrator) == Matched(1, 0, 0)
        link = link_of(person)
        assert (link.source, link.decided_by, link.rule_version) == ("automatic", None, "rie-v1")
        assert link.seen["name"] == "LEFEVRE ZOE"
        assert link.seen["jobs"] == ["Aide-soignant"]
        line = Line.objects.get(act="directory_linked")
        assert "Le rapprochement automatique a relié LEFÈVRE" in line.sentence
        assert "lien automatique" in line.sentence


def test_a_new_link_tells_its_differences_at_once(group, load, administrator):
    load(main_row(RPPS, "LEFEVRE", "ZOE"), main_row(OTHER, "MARTIN", "LEA"))
    with tenant(group.id):
        person = with_number(someone(group), RPPS)
        other = PersonFactory(birth_name="Martin", first_names=["Léa"])
        AssignmentFactory(person=other, establishment=group.second)
        propose_links(actor=NIGHT)
        assert link_of(person).differences == ["closed_here"]
        link_person(actor=administrator, person=other, rpps=OTHER)
        assert link_of(other).differences == ["closed_here"]


def test_what_is_not_certain_waits_for_a_person(group, load, administrator):
    """A first name missing on one side; two numbers for one person; the name, the job and the site."""
    load(
        main_row(RPPS, "LEFEVRE", ""),
        at_work(group, OTHER, name="MARTIN", first_name="LEA"),
        at_work(group, THIRD, name="MARTIN", first_name="LEA"),
    )
    with tenant(group.id):
        with_number(someone(group), RPPS)
        other = with_number(PersonFactory(birth_name="Martin", first_names=["Léa"]), OTHER)
        AssignmentFactory(person=other, establishment=group.first)
        assert propose_links(actor=administrator) == Matched(0, 3, 0)
        assert states() == {
            RPPS: ("proposed", "number"),
            OTHER: ("proposed", "number"),
            THIRD: ("proposed", "name_job_site"),
        }
        waiting = DirectoryLink.objects.get(rpps=OTHER)
        assert len(waiting.reasons) == 2
        assert "concorde" in waiting.reasons[0]


def test_a_second_run_writes_nothing_and_says_nothing(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        someone(group)
        assert propose_links(actor=NIGHT) == Matched(0, 1, 0)
        assert propose_links(actor=NIGHT) == Matched(0, 0, 0)
        assert Line.objects.filter(act="directory_matched").count() == 1
        propose_links(actor=administrator)
        assert Line.objects.filter(act="directory_matched").count() == 2


def test_a_proposal_that_no_longer_holds_goes(group, load):
    load(at_work(group))
    with tenant(group.id):
        person = someone(group)
        propose_links(actor=NIGHT)
    load(main_row(OTHER))
    with tenant(group.id):
        assert propose_links(actor=NIGHT) == Matched(0, 0, 1)
        assert states() == {}
    load(at_work(group))
    with tenant(group.id):
        propose_links(actor=NIGHT)
        with_number(person, RPPS)
        assert propose_links(actor=NIGHT) == Matched(1, 0, 1)


def test_what_was_decided_stays(group, load, administrator):
    load(at_work(group), at_work(group, OTHER))
    with tenant(group.id):
        person, namesake = someone(group), someone(group)
        refuse_link(actor=administrator, person=person, rpps=RPPS, reason="homonyme")
        link_person(actor=administrator, person=namesake, rpps=OTHER)
        propose_links(actor=administrator)
        assert states() == {RPPS: ("refused", "typed"), OTHER: ("linked", "typed")}


def test_people_who_are_gone_are_not_proposed(group, load):
    load(at_work(group))
    with tenant(group.id):
        gone = with_number(PersonFactory(birth_name="Lefèvre", first_names=["Zoé"]), RPPS)
        AssignmentFactory(person=gone, establishment=group.first, ended=True)
        assert propose_links(actor=NIGHT) == Matched(0, 0, 0)


def test_a_sign_in_by_pro_sante_connect_proposes_when_the_name_agrees(group, load):
    load(main_row(RPPS, "LEFEVRE", "ZOE"), main_row(OTHER, "MARTIN", "PAUL"))
    colleague, stranger = (
        UserFactory(email="zoe@tilleuls.example"),
        UserFactory(email="paul@tilleuls.example"),
    )
    for user, number in ((colleague, RPPS), (stranger, OTHER)):
        ExternalIdentityFactory(user=user, kind="rpps", value=number)
        MembershipFactory(group_id=group.id, user=user)
    with tenant(group.id):
        someone(group, email="zoe@tilleuls.example")
        someone(group, email="paul@tilleuls.example")
        assert propose_links(actor=NIGHT) == Matched(0, 1, 0)
        assert states() == {RPPS: ("proposed", "sign_in")}
        assert "Pro Santé Connect" in DirectoryLink.objects.get().reasons[0]


def test_a_site_does_not_match_and_sees_its_own_proposals_only(group, load, administrator):
    load(at_work(group), at_work(group, OTHER, name="MARTIN", first_name="LEA"))
    with tenant(group.id):
        someone(group)
        propose_links(actor=administrator)
    with tenant(group.id, [group.first.pk]):
        assert DirectoryLink.objects.count() == 1
        with pytest.raises(DomainError):
            propose_links(actor=administrator)
    with tenant(group.id, [group.second.pk]):
        assert DirectoryLink.objects.count() == 0
    with tenant(make_group().id):
        assert propose_links(actor=administrator) == Matched(0, 0, 0)


def test_many_are_confirmed_at_once_and_the_doubtful_are_left_with_their_reason(group, load, administrator):
    load(
        at_work(group),
        at_work(group, OTHER, name="MARTIN", first_name="LEA"),
        at_work(group, THIRD, name="MARTIN", first_name="LEA"),
    )
    with tenant(group.id):
        person = someone(group)
        double = PersonFactory(birth_name="Martin", first_names=["Léa"])
        AssignmentFactory(person=double, establishment=group.first)
        propose_links(actor=NIGHT)
        ids = list(DirectoryLink.objects.values_list("pk", flat=True))
        decided = confirm_links(actor=administrator, link_ids=ids)
        assert decided.done == 1
        assert len(decided.left) == 2
        assert all("plusieurs numéros" in one for one in decided.left)
        link = link_of(person)
        assert (link.decided_by, link.source) == (administrator.pk, LinkSource.NAME_JOB_SITE)
        assert person.identifiers.get(kind="rpps").value == RPPS
        assert confirm_links(actor=administrator, link_ids=ids).done == 0
        one = DirectoryLink.objects.get(rpps=OTHER)
        assert confirm_links(actor=administrator, link_ids=[one.pk]).done == 1
        assert set(DirectoryLink.objects.values_list("rpps", flat=True)) == {RPPS, OTHER}


def test_a_number_that_somebody_else_holds_is_left(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        someone(group)
        propose_links(actor=NIGHT)
        with_number(PersonFactory(), RPPS)
    with tenant(group.id, [group.first.pk]):
        decided = confirm_links(
            actor=administrator, link_ids=DirectoryLink.objects.values_list("pk", flat=True)
        )
        assert decided.done == 0
        assert "déjà porté par une autre personne" in decided.left[0]


def test_another_number_on_the_record_is_told_and_not_settled_among_many(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = with_number(someone(group), OTHER)
        propose_links(actor=NIGHT)
        link = DirectoryLink.objects.get()
        assert f"un autre numéro RPPS, {OTHER}" in link.reasons[-1]
        decided = confirm_links(actor=administrator, link_ids=[link.pk])
        assert decided.done == 0
        assert "décidez depuis la fiche" in decided.left[0]
        link_person(actor=administrator, person=person, rpps=RPPS)
        assert link_of(person).rpps == RPPS


def test_many_are_refused_with_one_reason(group, load, administrator):
    load(at_work(group), at_work(group, OTHER, name="MARTIN", first_name="LEA"))
    with tenant(group.id):
        someone(group)
        propose_links(actor=NIGHT)
        ids = list(DirectoryLink.objects.values_list("pk", flat=True))
        with pytest.raises(DomainError):
            refuse_links(actor=administrator, link_ids=ids, reason=" ")
        assert refuse_links(actor=administrator, link_ids=ids, reason="homonyme").done == 1
        assert refuse_links(actor=administrator, link_ids=ids, reason="homonyme").done == 0
        assert "homonyme" in Line.objects.get(act="directory_link_refused").sentence
        assert propose_links(actor=NIGHT) == Matched(0, 0, 0)


def test_a_decision_is_not_deleted_by_anybody(group, load, administrator):
    """PostgreSQL itself: only a proposal goes."""
    load(at_work(group))
    with tenant(group.id):
        link_person(actor=administrator, person=someone(group), rpps=RPPS)
        assert DirectoryLink.objects.all().delete()[0] == 0
        assert DirectoryLink.objects.count() == 1


def test_every_night_each_open_group_is_matched(group, load, monkeypatch):
    """The worker answers each call at once."""
    monkeypatch.setattr(match_group, "delay", match_group)
    load(at_work(group))
    other = make_group()
    with tenant(group.id):
        with_number(someone(group), RPPS)
    assert match_every_group() >= 2
    with tenant(group.id):
        assert states() == {RPPS: ("linked", "automatic")}
    with tenant(other.id):
        assert states() == {}


def test_the_page_of_a_person_knows_their_own_sign_in_only(group, load):
    load(main_row(RPPS, "LEFEVRE", "ZOE"))
    user = UserFactory(email="zoe@tilleuls.example")
    ExternalIdentityFactory(user=user, kind="rpps", value=RPPS)
    MembershipFactory(group_id=group.id, user=user)
    with tenant(group.id):
        (found,) = directory_candidates(someone(group, email="zoe@tilleuls.example"))
        assert (found.source, found.entry.number) == (LinkSource.SIGN_IN, RPPS)
        assert directory_candidates(someone(group, email="autre@tilleuls.example")) == []
        assert directory_candidates(someone(group)) == []
