"""The desk's pages: what each says, what it refuses, and who sees what; posted twice, nothing happens twice."""

from uuid import uuid4

import pytest
from django.urls import reverse

from identities.psi.models import Connection
from identities.registrations.models import RegistrationRequest, RequestBlock, RequestEvent
from identities.registrations.next_steps import NextStep, next_step
from identities.registrations.states import RequestState
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import ConnectionFactory, RegistrationRequestFactory, told_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_for, administrator):
    return client_for(administrator)


@pytest.fixture
def worker_of_site(client_for, group):
    """A gestionnaire RPPS+ of the first site alone."""
    right = MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.first.pk])
    return client_for(right.user)


def address(group, name: str, **ids) -> str:
    return reverse(f"registrations:{name}", kwargs={"group_slug": group.slug, **ids})


def text(response) -> str:
    return response.content.decode()


def made(group, **values) -> RegistrationRequest:
    with tenant(group.id):
        return RegistrationRequestFactory(**{"establishment": group.first, **values})


def test_the_board_says_what_each_state_waits_for(group, desk):
    made(group, state="correction", divergences=["birth_place"], person__birth_name="Abeille")
    made(group, state="draft", missing=["Le mobile."], person__birth_name="Bouvreuil")
    shown = text(desk.get(address(group, "desk")))
    assert "Corriger : lieu de naissance" in shown
    assert "Compléter : il manque 1 donnée" in shown
    listed = text(desk.get(address(group, "desk") + "?etat=toutes&motif=trait:birth_place"))
    assert "ABEILLE" in listed
    assert "BOUVREUIL" not in listed
    listed = text(desk.get(address(group, "desk") + "?etat=draft&motif=manque:Le mobile."))
    assert "BOUVREUIL" in listed


def test_filters_that_nobody_knows_are_left_out(group, desk):
    made(group)
    shown = desk.get(
        address(group, "desk") + "?etat=nimporte&motif=x&age=mille&voie=y&etablissement=z&page=w&tri=-q"
    )
    assert shown.status_code == 200


def test_an_empty_desk_says_where_to_begin(group, desk):
    assert "Aucune demande pour l'instant" in text(desk.get(address(group, "desk")))


def test_the_export_is_the_list_and_leaves_a_line(group, desk):
    made(group, state="done", rpps_numbers=["99900000011"], person__birth_name="Abeille")
    answer = desk.get(address(group, "export") + "?etat=done&format=csv")
    assert "Abeille" in answer.content.decode("utf-8-sig")
    with tenant(group.id):
        assert Line.objects.filter(act="registrations_exported").count() == 1
    assert desk.get(address(group, "export") + "?format=exe").status_code == 404


def test_people_are_prepared_once_and_told_why_not(group, desk):
    with tenant(group.id):
        stay = AssignmentFactory(establishment=group.first, function_id="R85-313", person__reachable=True)
        nurse = AssignmentFactory(establishment=group.first, function_id="G15-60")
    page = text(desk.get(address(group, "to_register") + "?cocher=page"))
    assert str(stay.person_id) in page
    assert str(nurse.person_id) not in page
    typed = {"personne": [str(stay.person_id), str(nurse.person_id), "pas-un-id"]}
    said = text(desk.post(address(group, "prepare"), typed, follow=True))
    assert "1 demande préparée : 1 prête, 0 à compléter." in said
    assert "1 personne laissée de côté" in said
    again = text(desk.post(address(group, "prepare"), typed, follow=True))
    assert again.count("1 personne laissée de côté") == 2
    with tenant(group.id):
        assert RegistrationRequest.objects.count() == 1


def test_what_a_record_lacks_is_a_word_on_the_list_and_a_sentence_in_the_export(group, desk):
    with tenant(group.id):
        AssignmentFactory(
            establishment=group.first, function_id="R85-313", person__phone="", person__email=""
        )
    assert "Courriel, mobile" in text(desk.get(address(group, "to_register")))
    said = b"".join(desk.get(address(group, "export_to_register") + "?format=csv")).decode()
    assert "Le courriel, obligatoire quand l'établissement enregistre : complétez la fiche." in said


def test_a_record_without_a_first_name_or_a_sex_is_not_complete(group, desk):
    with tenant(group.id):
        for name, lacks in (("Abeille", {"first_names": []}), ("Bourdon", {"sex": ""}), ("Cigale", {})):
            person = PersonFactory(birth_name=name, reachable=True, **lacks)
            AssignmentFactory(establishment=group.first, function_id="R85-313", person=person)

    def listed(lacks: str) -> list[str]:
        page = text(desk.get(address(group, "to_register") + f"?manque={lacks}"))
        return [name for name in ("ABEILLE", "BOURDON", "CIGALE") if name in page.upper()]

    assert listed("rien") == ["CIGALE"]
    assert listed("prenom") == ["ABEILLE"]
    assert listed("sexe") == ["BOURDON"]


def test_nobody_ticked_is_said(group, desk):
    said = text(desk.post(address(group, "prepare"), {}, follow=True))
    assert "Personne n&#x27;est coché" in said


def test_a_worker_of_one_site_prepares_and_sends_there(group, worker_of_site):
    """The connection is the group's: the wall of the site does not stop its requests."""
    with tenant(group.id):
        ConnectionFactory()
        stay = AssignmentFactory(establishment=group.first, function_id="R85-313", person__reachable=True)
    next_door = made(group, establishment=group.second)
    prepared = worker_of_site.post(address(group, "prepare"), {"personne": [str(stay.person_id)]})
    with tenant(group.id):
        request = RegistrationRequest.objects.get(person=stay.person)
    assert prepared.url == address(group, "request", request_id=request.pk)
    typed = {"demande": [str(request.pk), str(next_door.pk)]}
    confirmation = text(worker_of_site.post(address(group, "send"), typed))
    assert "1 demande partira" in confirmation
    assert "1 demande de votre choix reste ici" in confirmation
    sent = [worker_of_site.post(address(group, "send"), {**typed, "confirm": "1"}) for _ in range(2)]
    assert "/envois/" in sent[0].url
    assert sent[1].url == address(group, "desk")
    assert "Réponses reçues : 0 sur 1" in text(worker_of_site.get(sent[0].url))
    with tenant(group.id):
        assert Message.objects.filter(kind="registration.send").count() == 1
        next_door.refresh_from_db()
        assert next_door.state == "ready"


def test_the_progress_of_a_sending_says_how_many_are_where(group, desk):
    """The fragment that comes every two seconds holds the figures too: they would contradict its count of answers."""
    sent = {"batch_id": uuid4(), "sent_at": now()}
    for state in ("done", "done", "queued"):
        made(group, state=state, **sent)
    url = address(group, "batch", batch_id=sent["batch_id"])
    said = text(desk.get(url, headers={"HX-Request": "true"}))
    assert "2 sur 3" in said
    assert "<dt>faites</dt>" in said
    assert said.count("<dt>") == text(desk.get(url)).count("<dt>") == 2


def test_a_group_without_a_key_is_told(group, desk):
    request = made(group)
    assert "Aucune clé Pro Santé Identité" in text(desk.get(address(group, "send")))
    said = text(desk.post(address(group, "send"), {"demande": str(request.pk), "confirm": "1"}, follow=True))
    assert "Aucune clé Pro Santé Identité" in said


def test_what_is_stopped_is_told(group, desk):
    with tenant(group.id):
        ConnectionFactory()
        Connection.objects.update(is_stopped=True, stopped_by_name="Lou Fictif", stop_reason="Maintenance")
    assert "Envois arrêtés par Lou Fictif" in text(desk.get(address(group, "desk")))


def test_a_reader_sees_neither_what_was_sent_nor_a_button(group, client_for):
    reader = client_for(MembershipFactory(group_id=group.id, role=Role.DIRECTOR).user)
    request = made(group, state="correction", divergences=["birth_name"], payload={"lastName": "Secrète"})
    shown = text(reader.get(address(group, "request", request_id=request.pk)))
    assert "Secrète" not in shown
    assert "Comparer et corriger</a>" not in shown
    assert reader.get(address(group, "correct", request_id=request.pk)).status_code == 403
    assert reader.post(address(group, "check", request_id=request.pk)).status_code == 403


def test_a_withdrawal_wants_its_reason_and_keeps_it(group, desk):
    request = made(group)
    url = address(group, "withdraw", request_id=request.pk)
    assert "obligatoire" in text(desk.post(url, {"reason": ""}))
    for _ in range(2):
        desk.post(url, {"reason": "Contrat annulé"})
    with tenant(group.id):
        kept = RegistrationRequest.objects.get(pk=request.pk)
        assert (kept.state, kept.reason) == ("withdrawn", "Contrat annulé")
        assert RequestEvent.objects.filter(request=request, to_state="withdrawn").count() == 1
    assert "Contrat annulé" in text(desk.get(address(group, "request", request_id=request.pk)))


def test_what_left_is_not_withdrawn(group, desk):
    request = made(group, state="sent")
    said = text(desk.post(address(group, "withdraw", request_id=request.pk), {"reason": "Trop tard"}))
    assert "elle ne peut plus être retirée" in said
    assert "Trop tard" in said


def test_a_card_is_asked_with_the_address_of_the_site(group, desk):
    request = made(group)
    url = address(group, "blocks", request_id=request.pk)
    assert group.first.name in text(desk.get(url))
    typed = {"starts_on": "01/02/2026", "card": "card_psi", "postal_code": "1234", "activity_genre": "GENR01"}
    assert "les 5 chiffres" in text(desk.post(url, typed))
    typed |= {"postal_code": "01000", "city": "Bourg", "street_name": "Rue Haute", "addressee": "EHPAD"}
    desk.post(url, {**typed, "practice_mode": "S", "category": "C"})
    with tenant(group.id):
        kept = RegistrationRequest.objects.get(pk=request.pk)
        assert kept.card_address["postalCode"] == "01000"
        assert set(kept.blocks.values_list("kind", flat=True)) == {"identity", "employment", "card_psi"}


def test_a_partly_done_request_may_be_mended(group, desk):
    request = made(group, state="partly_done", blocks=("identity", "employment", "card_psi"))
    with tenant(group.id):
        RequestBlock.objects.filter(request=request, kind="card_psi").update(state="correction")
        RequestBlock.objects.filter(request=request).exclude(kind="card_psi").update(state="done")
    desk.post(
        address(group, "blocks", request_id=request.pk),
        {"street_name": "Rue Basse", "city": "Bourg", "postal_code": "01000", "addressee": "EHPAD"},
    )
    with tenant(group.id):
        kept = RegistrationRequest.objects.get(pk=request.pk)
        assert (kept.state, kept.card_address["streetName"]) == ("partly_done", "Rue Basse")
        assert kept.blocks.count() == 3


def test_an_unknown_card_is_settled_by_a_person(group, desk):
    request = made(group, state="partly_done", blocks=("identity", "employment", "card_psi"))
    with tenant(group.id):
        RequestBlock.objects.filter(request=request, kind="card_psi").update(state="unknown")
        RequestBlock.objects.filter(request=request).exclude(kind="card_psi").update(state="done")
    assert "Une carte a peut-être été commandée" in text(
        desk.get(address(group, "request", request_id=request.pk))
    )
    desk.post(address(group, "card", request_id=request.pk), {"outcome": "ordered"})
    with tenant(group.id):
        assert RegistrationRequest.objects.get(pk=request.pk).state == "done"


def _divergent(group, **values) -> RegistrationRequest:
    payload = {"lastName": "Fictif", "birthLocationCode": "01053"}
    request = made(group, state="correction", divergences=["birth_name"], payload=payload, **values)
    with tenant(group.id):
        request.payload = {
            "lastName": request.person.birth_name, "firstNames": "Camille Dominique", "genderCode": "F",
            "birthDate": "1985-03-12", "birthLocationCode": "01053",
        }  # fmt: skip
        request.save(update_fields=["payload"])
    return request


def test_without_an_echo_only_what_differs_is_asked_for(group, desk):
    request = _divergent(group)
    url = address(group, "correct", request_id=request.pk)
    shown = text(desk.get(url))
    assert "choice_birth_name" in shown
    assert "choice_sex" not in shown
    kept = text(desk.post(url, {"choice_birth_name": "ours"}))
    assert "Vous gardez toute la fiche" in kept
    wrong = text(desk.post(url, {"choice_birth_name": "typed", "typed_birth_name": "Dupont2"}))
    assert "Dupont2" in wrong
    assert "error" in wrong
    desk.post(url, {"choice_birth_name": "typed", "typed_birth_name": "Dupont"})
    with tenant(group.id):
        kept = RegistrationRequest.objects.select_related("person").get(pk=request.pk)
        assert (kept.state, kept.person.birth_name) == ("ready", "Dupont")
        assert not Message.objects.filter(kind="registration.send").exists()


def test_the_echo_is_for_those_entitled(group, desk, client_for):
    request = _divergent(group)
    with tenant(group.id):
        told_of(request, "Renvoyé")
    assert "Renvoyé ECHO" in text(desk.get(address(group, "correct", request_id=request.pk)))


def test_a_death_is_opened_by_few_and_leaves_a_line(group, desk, worker_of_site):
    request = _divergent(group)
    with tenant(group.id):
        told_of(request, "Renvoyé")
    page = address(group, "request", request_id=request.pk)
    url = address(group, "death", request_id=request.pk)
    assert "événement d'état civil" in text(desk.get(page))
    assert "événement d'état civil" not in text(worker_of_site.get(page))
    assert worker_of_site.post(url).status_code == 403
    assert "Renvoyé LIEU" not in text(desk.get(url))
    assert "Renvoyé LIEU" in text(desk.post(url))
    with tenant(group.id):
        assert Line.objects.filter(act="registration_death_opened").count() == 1
    desk.post(url, {"close": "1"})
    assert "événement d'état civil" not in text(desk.get(page))


def test_a_site_reads_its_lists_in_plain_words(group, client_for, manager):
    for name, state, where in (
        ("Abeille", "correction", group.first),
        ("Bouvreuil", "sent", group.first),
        ("Corneille", "correction", group.second),
    ):
        person = made(group, state=state, establishment=where, person__birth_name=name).person
        with tenant(group.id):
            AssignmentFactory(person=person, establishment=where)
    with tenant(group.id):
        AssignmentFactory(establishment=group.first, function_id="R85-313", person__birth_name="Dindon")
    site = client_for(manager)
    url = address(group, "of_site", establishment_id=group.first.pk)
    shown = {
        name: text(site.get(f"{url}?liste={name}")) for name in ("a-corriger", "en-attente", "sans-demande")
    }
    assert "ABEILLE" in shown["a-corriger"]
    assert "CORNEILLE" not in shown["a-corriger"]
    assert "BOUVREUIL" in shown["en-attente"]
    assert "DINDON" in shown["sans-demande"]
    assert "il manque : courriel, mobile" in shown["sans-demande"]
    for name in ("self_registrations:list", "situations:list"):
        assert reverse(name, args=[group.slug, group.first.pk]) in shown["sans-demande"]
    home = reverse("shell:site_home", kwargs={"group_slug": group.slug, "establishment_id": group.first.pk})
    assert "Un enregistrement national est à corriger." in text(site.get(home))


@pytest.mark.slow
def test_the_person_page_offers_to_prepare_what_is_ours(group, desk):
    with tenant(group.id):
        ours = AssignmentFactory(establishment=group.first, function_id="R85-313").person
        numbered = AssignmentFactory(establishment=group.first, function_id="R85-313").person
        PersonIdentifierFactory(person=numbered, kind="rpps", value="99900000011")
        nobody = PersonFactory()
    pages = [
        text(desk.get(reverse("shell:person", kwargs={"group_slug": group.slug, "person_id": one.pk})))
        for one in (ours, numbered, nobody)
    ]
    assert ["Préparer l'enregistrement" in one for one in pages] == [True, False, False]


@pytest.mark.parametrize("state", RequestState)
def test_every_state_has_a_next_step(group, state):
    request = made(group, state=state)
    with tenant(group.id):
        step = next_step(request, list(request.blocks.all()), [])
    assert isinstance(step, NextStep)
    assert step.sentence.endswith(".")


def test_what_may_be_asked_again_may_also_be_left_there(group, desk):
    """Somebody who left: nothing of theirs is asked again, and the request must end all the same."""
    request = made(group, state="partly_done", blocks=("identity", "employment", "card_psi"))
    with tenant(group.id):
        request.blocks.filter(kind="card_psi").update(state="refused")
    page = text(desk.get(address(group, "request", request_id=request.pk)))
    assert address(group, "retry", request_id=request.pk) in page
    assert address(group, "close", request_id=request.pk) in page
