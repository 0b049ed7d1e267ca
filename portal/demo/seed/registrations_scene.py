"""National registration in the demo's group: requests by API PSI in most of their states, and some about to leave.

The answers are those that API PSI would give, read and settled by the product; what is left queued leaves for the stand-in
when the demo starts its workers.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from identities.people.models import Person
from identities.psi.answers import read_answer
from identities.psi.operations import set_key
from identities.registrations.models import BlockKind, RegistrationRequest, RequestEvent, Route
from identities.registrations.operations import Choices, choose_blocks, withdraw_request
from identities.registrations.queries import find_request, lines_to_register, people_to_register
from identities.registrations.recording import move
from identities.registrations.sending import LEFT
from identities.registrations.set_operations import prepare_requests, queue_requests
from identities.registrations.settling import API, settle
from identities.registrations.states import RequestState
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

ADMINISTRATOR, GESTIONNAIRE = Machine("Administrateur de groupe"), Machine("Gestionnaire RPPS+")
STAND_IN_KEY = "cle-psi-du-bac-a-sable"
Answer = dict[str, Any]
_READ, _INCOMPLETE = 600, 6
_FIRST_NUMBER = 9_970_000_000  # before its key; the directory's own begin further
_CODE = "E04_U010_"


def seed_registrations(group_id: UUID) -> None:
    """Once: a group that has a request already is left as it is."""
    with tenant(group_id):
        if RegistrationRequest.objects.exists():
            return
        set_key(actor=ADMINISTRATOR, key=STAND_IN_KEY)
        days = _write()
    for request_id, ago in days.items():
        _set_back(request_id, timedelta(days=ago))


def _write() -> dict[UUID, int]:
    """Request → how many days ago it was prepared. Half of those who could have one keep waiting on « À enregistrer »."""
    lines = [
        one for one in lines_to_register(people_to_register()[:_READ]) if one.routes.proposed == Route.PSI
    ]
    whole = [one.person.pk for one in lines if not one.missing]
    lacking = [one.person.pk for one in lines if one.missing]
    drafts = _prepared(lacking[: min(_INCOMPLETE, len(lacking) // 2)])
    days = {one.pk: 2 + 3 * rank for rank, one in enumerate(drafts)}
    found = _prepared(whole[: max(1, len(whole) // 2)] if whole else [])
    for rank, one in enumerate(found):
        play, ago = _PLOTS[rank % len(_PLOTS)] if rank < 2 * len(_PLOTS) else (_leave_ready, 1)
        play(one, rank)
        days[one.pk] = ago
    return days


def _prepared(person_ids: Iterable[UUID]) -> list[RegistrationRequest]:
    return prepare_requests(actor=GESTIONNAIRE, person_ids=person_ids, route=Route.PSI).created


def _set_back(request_id: UUID, ago: timedelta) -> None:
    """The past of a request, whose timeline nobody but the owner may touch."""
    moments = ("created_at", "queued_at", "sent_at", "settled_at", "numbered_on")
    rows = RegistrationRequest.objects.using("owner").filter(pk=request_id)
    rows.update(**{one: F(one) - ago for one in moments})
    RequestEvent.objects.using("owner").filter(request_id=request_id).update(at=F("at") - ago)


def _leave_ready(request: RegistrationRequest, rank: int) -> None:
    """Somebody will send it."""


def _queue(request: RegistrationRequest, rank: int) -> None:
    queue_requests(actor=GESTIONNAIRE, request_ids=[request.pk])


def _withdraw(request: RegistrationRequest, rank: int) -> None:
    reason = "Contrat annulé avant l'arrivée."
    withdraw_request(actor=GESTIONNAIRE, request_id=request.pk, reason=reason)


def _answered(request: RegistrationRequest, answer: Answer) -> None:
    """Sent, and settled with that answer: its message then finds nothing left to do."""
    _queue(request, 0)
    sent = find_request(request.pk)
    told = read_answer(answer["status"], answer)
    assert sent is not None  # noqa: S101
    assert told is not None  # noqa: S101
    move(API, LEFT, sent, RequestState.SENT, "Partie vers Pro Santé Identité.", sent_at=now())
    settle(sent, told)


def _numbered(request: RegistrationRequest, rank: int) -> None:
    _answered(request, {"status": 201, "identity": _account(rank)})


def _account(rank: int) -> Answer:
    number = luhn_completed(str(_FIRST_NUMBER + rank))
    return {"status": 201, "id": str(uuid7()), "rppsIdentifiers": [f"8{number}"]}


def _with_card(request: RegistrationRequest, outcome: Answer, rank: int) -> None:
    site = request.establishment
    address = {
        "addressee": site.name, "streetName": site.address or "Place de la Mairie", "postalCode": site.postal_code,
        "city": site.city, "country": "FRANCE",
    }  # fmt: skip
    asked = Choices(
        blocks=(BlockKind.CARD_PSI,), starts_on=request.starts_on, ends_on=request.ends_on, card_address=address,
        practice_mode=request.practice_mode, activity_genre=request.activity_genre, category=request.category,
    )  # fmt: skip
    choose_blocks(actor=GESTIONNAIRE, request_id=request.pk, choices=asked)
    _answered(request, {"status": 207, "identity": _account(rank), "cardOrderPsi": outcome})


def _card_refused(request: RegistrationRequest, rank: int) -> None:
    refusal = {"status": 400, "code": f"{_CODE}CARD_ORDER_ADDRESS_REFUSED", "message": "Adresse non trouvée"}
    _with_card(request, refusal, rank)


def _card_later(request: RegistrationRequest, rank: int) -> None:
    _with_card(request, {"status": 503, "code": f"{_CODE}CARD_ORDER_SERVICE_UNAVAILABLE"}, rank)


def _other_place(request: RegistrationRequest, rank: int) -> None:
    _diverges(request, "lieuNaissance", _echo(request.person, place=("38185", "Grenoble")))


def _other_names(request: RegistrationRequest, rank: int) -> None:
    _diverges(request, "prenoms", _echo(request.person, more="Marie"))


def _dead(request: RegistrationRequest, rank: int) -> None:
    news = {"date": "2025-11-02", "lieu": {"libelleCommune": "Chambéry"}}
    _diverges(request, "nom", _echo(request.person, name="FICTIVE") | {"deces": news})


def _wrong_mobile(request: RegistrationRequest, rank: int) -> None:
    _answered(
        request, {"status": 400, "identity": {"status": 400, "code": f"{_CODE}KO_FORMAT_PHONE"}}
    )  # fmt: skip


def _diverges(request: RegistrationRequest, trait: str, person: Answer) -> None:
    about = {"codeReponseIdentification": 3, "divergences": {trait: True}}
    identity = {
        "status": 400, "code": f"{_CODE}KO_RNIPP_FOUND_WITH_DIVERGENCES",
        "rnippData": {"metadonnees": about, "individu": person},
    }  # fmt: skip
    _answered(request, {"status": 400, "identity": identity})


def _echo(person: Person, *, place: tuple[str, str] = ("", ""), more: str = "", name: str = "") -> Answer:
    """The civil status as the RNIPP has it: that of the record but for one trait."""
    code = person.birth_commune_code or person.birth_country_code
    names = [*person.first_names, *([more] if more else [])]
    return {
        "identites": [{"statut": "O", "nom": name or person.birth_name, "prenoms": names}],
        "sexe": person.sex,
        "naissance": {
            "date": person.birth_date,
            "lieu": {"code": place[0] or code, "libelleCommune": place[1] or person.birth_place},
        },
    }


# What becomes of each, in turn, and how many days ago it was prepared.
_PLOTS: tuple[tuple[Callable[[RegistrationRequest, int], None], int], ...] = (
    (_other_place, 6), (_numbered, 21), (_leave_ready, 0), (_queue, 0), (_card_refused, 4), (_other_names, 3),
    (_numbered, 16), (_dead, 2), (_card_later, 1), (_numbered, 11), (_wrong_mobile, 5), (_leave_ready, 1),
    (_withdraw, 9), (_numbered, 4), (_queue, 0),
)  # fmt: skip
