"""The RPPS+ portal worked by hand: who may, field by field, typed back, clocks, and what the Annuaire Santé shows."""

from datetime import timedelta

import pytest

from identities.national_directory.loading import load_directory_file
from identities.national_directory.models import DirectoryLink
from identities.people.models import PersonIdentifier
from identities.registrations.models import RegistrationRequest
from identities.registrations.routes import routes_of_function
from identities.rpps_plus.fields import portal_fields
from identities.rpps_plus.models import PortalEntry, RppsManager
from identities.rpps_plus.operations import declare_degree, enter_in_portal, note_number, note_refusal
from identities.rpps_plus.queries import managers_in_force, portal_work, sites_without_manager
from identities.rpps_plus.rules import missing_conditions
from identities.rpps_plus.shown import clock_of
from identities.rpps_plus.verifying import verify_numbers
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.memberships import MembershipFactory
from tests.factories.national_directory import main_row, write_main
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import RegistrationRequestFactory
from tests.factories.rpps_plus import PortalEntryFactory, RppsManagerFactory

RPPS = "99900000011"


def at_portal(site, **values):
    return RegistrationRequestFactory(
        establishment=site, route="portal", blocks=("identity", "activity_start"), **values
    )


def named(group, user, **values):
    return RppsManagerFactory(user_id=user.pk, legal_entity=group.first.legal_entity, **values)


@pytest.mark.django_db
class TestWhoMay:
    @pytest.mark.parametrize(
        ("traits", "lacks"),
        [
            ({}, []),
            ({"legal": True}, []),
            ({"designated_on": None}, ["désignation"]),
            ({"trained_on": None}, ["formation"]),
            ({"card_expires_on": None}, ["carte"]),
            ({"card_expired": True}, ["expiré"]),
            ({"legal": True, "card_expires_on": None}, ["carte"]),
        ],
    )
    def test_conditions_are_said_one_by_one(self, group, door, administrator, traits, lacks):
        found = missing_conditions(named(group, administrator, **traits), today())
        assert len(found) == len(lacks)
        assert all(word in said for word, said in zip(lacks, found, strict=True))

    def test_a_site_without_a_valid_one_is_named(self, group, door, administrator):
        RppsManagerFactory(
            user_id=administrator.pk, legal_entity=group.first.legal_entity, establishment=group.first
        )
        assert sites_without_manager(managers_in_force()) == [group.second]

    def test_who_is_not_one_may_not_say_that_it_is_entered(self, group, door, administrator):
        request = at_portal(group.first)
        PortalEntryFactory(request=request)
        with pytest.raises(DomainError, match="Not a gestionnaire"):
            enter_in_portal(actor=administrator, request_id=request.pk)
        manager = named(group, administrator, card_expired=True)
        with pytest.raises(DomainError) as told:
            enter_in_portal(actor=administrator, request_id=request.pk)
        assert "expiré" in told.value.french
        RppsManager.objects.filter(pk=manager.pk).update(card_expires_on=today())
        enter_in_portal(actor=administrator, request_id=request.pk)
        assert RegistrationRequest.objects.get().state == "sent"


@pytest.mark.django_db
class TestTheWork:
    def test_fields_follow_the_portal_and_hold_nothing_empty(self, group, door):
        person = PersonFactory(
            reachable=True, usage_name="Usage", birth_commune_code="01053", birth_place="Bourg-en-Bresse"
        )
        request = at_portal(group.first, person=person)
        fields = portal_fields(request, routes_of_function(request.function_id))
        labels = [one.label for one in fields]
        assert labels[:2] == ["Nom de naissance", "Prénoms, dans l'ordre"]
        assert labels.index("Nom d'exercice") < labels.index("Établissement") < labels.index("Rôle")
        assert all(one.value for one in fields)
        assert {one.label: one.code for one in fields}["Rôle"] == "313"

    def test_the_diploma_comes_first_and_twice_is_once(self, group, door, administrator):
        named(group, administrator)
        request = at_portal(group.first)
        with pytest.raises(DomainError, match="Diploma"):
            enter_in_portal(actor=administrator, request_id=request.pk)
        for _ in range(2):
            declare_degree(actor=administrator, request_id=request.pk)
        assert Line.objects.filter(act="rpps_degree_checked").count() == 1
        assert enter_in_portal(actor=administrator, request_id=request.pk).payload["lastName"]

    def test_a_number_typed_back_becomes_the_persons_once(self, group, door, administrator):
        named(group, administrator)
        request = at_portal(group.first, state="sent", sent_at=now())
        note_number(actor=administrator, request_id=request.pk, rpps=RPPS, on=today())
        assert PersonIdentifier.objects.get(kind="rpps").person_id == request.person_id
        with pytest.raises(DomainError):
            note_number(actor=administrator, request_id=request.pk, rpps=RPPS, on=today())

    @pytest.mark.parametrize("rpps", ["123", "99900000012x", ""])
    def test_a_wrong_number_is_refused(self, group, door, administrator, rpps):
        named(group, administrator)
        request = at_portal(group.first, state="sent", sent_at=now())
        with pytest.raises(DomainError):
            note_number(actor=administrator, request_id=request.pk, rpps=rpps, on=today())
        assert RegistrationRequest.objects.get().state == "sent"

    def test_the_number_of_somebody_else_is_refused(self, group, door, administrator):
        named(group, administrator)
        PersonIdentifierFactory(kind="rpps", value=RPPS)
        request = at_portal(group.first, state="sent", sent_at=now())
        with pytest.raises(DomainError) as told:
            note_number(actor=administrator, request_id=request.pk, rpps=RPPS, on=today())
        assert told.value.french

    def test_a_refusal_is_kept_with_its_reason(self, group, door, administrator):
        named(group, administrator)
        request = at_portal(group.first, state="sent", sent_at=now())
        note_refusal(actor=administrator, request_id=request.pk, reason="Déjà enregistrée ailleurs")
        assert RegistrationRequest.objects.get().reason == "Déjà enregistrée ailleurs"

    def test_clocks_are_said_and_filtered(self, group, door):
        fresh = at_portal(group.first, state="sent", sent_at=now() - timedelta(hours=3))
        late = at_portal(group.first, state="sent", sent_at=now() - timedelta(days=3))
        owed = at_portal(
            group.first, state="done", numbered_on=today() - timedelta(days=3), rpps_numbers=[RPPS]
        )
        assert clock_of(fresh)[0] == "info"
        assert clock_of(late) == ("danger", "Numéro en retard de 2 jours")
        assert "pas encore déclarée" in clock_of(owed)[1]
        assert list(portal_work(clock="en-retard")) == [late]
        assert list(portal_work(clock="ecps")) == [owed]
        assert set(portal_work()) == {fresh, late}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
class TestTheDirectory:
    @pytest.fixture
    def numbered(self, group):
        with tenant(group.id):
            person = PersonFactory(birth_name="Kergoat", first_names=["Maëlle"])
            PersonIdentifierFactory(person=person, kind="rpps", value=RPPS)
            return at_portal(
                group.first, person=person, state="done", rpps_numbers=[RPPS], numbered_on=today()
            )

    def _load(self, tmp_path, name, first_name):
        row = main_row(RPPS, **{"Nom d'exercice": name, "Prénom d'exercice": first_name})
        load_directory_file(write_main(tmp_path / "main.txt", [row]), accept_shrink="essai")

    def test_a_number_that_appears_is_verified_and_linked_once(self, group, numbered, tmp_path):
        self._load(tmp_path, "KERGOAT", "MAELLE")
        with tenant(group.id):
            assert [verify_numbers(), verify_numbers()] == [1, 0]
            assert PortalEntry.objects.get().verified_on == today()
            assert DirectoryLink.objects.get().state == "linked"

    def test_under_another_name_it_is_told_and_not_linked(self, group, numbered, tmp_path):
        self._load(tmp_path, "AUTRE", "PERSONNE")
        with tenant(group.id):
            verify_numbers()
            assert "autre nom" in PortalEntry.objects.get().contradiction
            RegistrationRequest.objects.update(ecps_on=today())
            assert list(portal_work(clock="autre-nom")) == [numbered]
            assert not DirectoryLink.objects.exists()


@pytest.mark.django_db
class TestPages:
    def test_the_worklist_leads_to_the_fields_and_back(self, group, client_for):
        membership = MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER)
        browser = client_for(membership.user)
        with tenant(group.id):
            named(group, membership.user)
            request = at_portal(group.first)
        where = f"/g/{group.slug}/enregistrements/portail/"
        assert request.person.display_name in browser.get(where).content.decode()
        here = f"{where}{request.pk}/"
        assert "Déclarez d'abord le diplôme" in browser.get(here).content.decode()
        browser.post(f"{here}diplome/")
        assert "24 heures" in browser.post(f"{here}saisie/", follow=True).content.decode()
        kept = browser.post(f"{here}numero/", {"rpps": "12", "on": "01/01/2020"}).content.decode()
        assert 'value="12"' in kept
        done = browser.post(f"{here}numero/", {"rpps": RPPS, "on": f"{today():%d/%m/%Y}"}, follow=True)
        assert RPPS in done.content.decode()
        assert (
            browser.post(f"{here}e-cps/", {"ecps-on": f"{today():%d/%m/%Y}"}, follow=True).status_code == 200
        )

    def test_a_gestionnaire_is_named_changed_and_ended(self, group, client_for, administrator):
        worker = MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER).user
        browser = client_for(administrator)
        where = f"/g/{group.slug}/enregistrements/gestionnaires/"
        typed = {"user": str(worker.pk), "kind": "designated", "scope": str(group.first.pk)}
        page = browser.post(f"{where}nouveau/", typed | {"designated_on": "01/01/2026"}).content.decode()
        assert "qui a désigné" in page
        listed = browser.post(f"{where}nouveau/", typed, follow=True).content.decode()
        assert "Ne peut pas saisir" in listed
        with tenant(group.id):
            found = RppsManager.objects.get()
        full = typed | {
            "designated_on": "01/01/2026", "designated_by": "Hélène", "trained_on": "02/01/2026",
            "card_expires_on": f"{today() + timedelta(days=30):%d/%m/%Y}",
        }  # fmt: skip
        assert "Carte à renouveler" in browser.post(f"{where}{found.pk}/", full, follow=True).content.decode()
        assert "n&#x27;est plus" in browser.post(f"{where}{found.pk}/fin/", follow=True).content.decode()
        assert browser.get(f"{where}{found.pk}/").status_code == 404

    def test_a_site_manager_does_not_work_the_portal(self, group, client_for, manager):
        where = f"/g/{group.slug}/enregistrements/"
        assert client_for(manager).get(f"{where}portail/").status_code == 403
        assert client_for(manager).get(f"{where}gestionnaires/nouveau/").status_code == 403

    def test_the_list_leaves_as_a_file_and_as_sheets(self, group, client_for, administrator):
        with tenant(group.id):
            at_portal(group.first)
        where = f"/g/{group.slug}/enregistrements/portail/"
        browser = client_for(administrator)
        assert browser.get(f"{where}exporter/?format=xlsx").status_code == 200
        assert browser.get(f"{where}fiches/").status_code in (200, 302)

    def test_one_sheet_is_found_wherever_it_stands_in_the_list(
        self, group, client_for, administrator, monkeypatch
    ):
        monkeypatch.setattr("identities.rpps_plus.views.MOST_SHEETS", 1)
        with tenant(group.id):
            at_portal(group.first)
            last = at_portal(group.first)
        where = f"/g/{group.slug}/enregistrements/portail/fiches/"
        browser = client_for(administrator)
        browser.get(f"{where}?demande={last.pk}")
        assert browser.get(f"{where}?demande=nimporte").status_code == 302
        with tenant(group.id):
            assert Line.objects.get(act="rpps_sheet_printed").object_id == last.person_id


@pytest.mark.django_db
def test_a_site_reads_who_works_the_portal_for_it_and_no_other(group, administrator):
    with tenant(group.id):
        entity = group.first.legal_entity
        for site in (None, group.first, group.second):
            RppsManagerFactory(user_id=administrator.pk, legal_entity=entity, establishment=site)
    with tenant(group.id, [group.first.pk]):
        assert {one.establishment_id for one in RppsManager.objects.all()} == {None, group.first.pk}
