"""What an answer of API PSI makes of a request: part by part, then the whole. Numbers become identifiers of the person."""

import json
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from identities.duplicates.operations import propose_pair
from identities.national_directory.operations import note_civil_status
from identities.national_directory.queries import link_of
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.people.operations import add_identifier
from identities.people.queries import holder_of
from identities.people.set_operations import release_identifiers
from identities.psi.answers import BlockAnswer, IdentityAnswer, PsiAnswer
from identities.psi.codes import INTERNAL_ERROR, Outcome
from identities.registrations.composing import BODY_NAMES
from identities.registrations.models import (
    BlockKind,
    RegistrationRequest,
    RequestBlock,
    RnippDeath,
    RnippEcho,
)
from identities.registrations.recording import move, tell
from identities.registrations.states import BlockState, RequestState
from portal.dispatch.operations import Letter, post
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.secrets import encrypt
from portal.foundation.tenancy import current_tenant
from portal.journal.operations import Act, Actor, Machine

API = Machine("Pro Santé Identité")
ANSWERED = Act(
    "registration_answered", "{actor} a répondu à l'enregistrement national de {object} : {outcome}."
)
RETRY_AFTER = timedelta(minutes=15)  # ours
EXACT = 2  # RNIPP: identified, without any divergence
CERTIFIED = "C"  # TRE_R31: by INSEE
CARDS = (BlockKind.CARD_PSI, BlockKind.CARD_CPS)
_STATES = {
    Outcome.DONE: BlockState.DONE,
    Outcome.ALREADY: BlockState.DONE,
    Outcome.WAITING: BlockState.WAITING,
    Outcome.TRY_LATER: BlockState.TRY_LATER,
    Outcome.CORRECTION: BlockState.CORRECTION,
    Outcome.REFUSED: BlockState.REFUSED,
    Outcome.UNREAD: BlockState.REFUSED,
}
ENDED = (RequestState.DONE, RequestState.REFUSED, RequestState.WITHDRAWN, RequestState.EXPIRED)


def settle(request: RegistrationRequest, answer: PsiAnswer) -> str:
    """Applies it to the locked request and its parts that were asked; says in French which numbers could not be written."""
    identity = answer.identity
    blocks = list(RequestBlock.objects.filter(request=request).order_by("pk"))
    for one in blocks:
        if one.state == BlockState.ASKED:
            _settle_block(request, one, answer)
    state = _state_of(identity, blocks)
    keep_news(request, identity)
    said = _keep_numbers(request, identity) if identity.rpps_numbers or identity.psi_identifier else ""
    sentence = " ".join(filter(None, (identity.meaning.sentence if not identity.stands else "", said)))
    end_with(request, state, sentence, divergences=list(identity.divergences))
    if state == RequestState.PARTLY_DONE and any(one.state == BlockState.TRY_LATER for one in blocks):
        _retry_later(request)
    return said


def keep_identity(request: RegistrationRequest, answer: PsiAnswer) -> None:
    """An identity that stands before the rest is asked: whatever becomes of the rest, it is not lost."""
    identity = answer.identity
    kinds = [BlockKind.IDENTITY, BlockKind.EMPLOYMENT]
    for one in RequestBlock.objects.filter(request=request, kind__in=kinds, state=BlockState.ASKED):
        _settle_block(request, one, answer)
    if identity.rpps_numbers or identity.psi_identifier:
        _keep_numbers(request, identity)


def _retry_later(request: RegistrationRequest) -> None:
    payload = {"request_id": str(request.pk), "attempt": request.attempt}
    post(Letter("registration.retry", payload, due_at=now() + RETRY_AFTER))


def end_with(request: RegistrationRequest, state: RequestState, sentence: str = "", **values: object) -> None:
    """Moves it as API PSI answered, tells whoever waits for it, and forgets the echo once it has ended."""
    move(API, ANSWERED, request, state, sentence, {"outcome": state.label}, settled_at=now(), **values)
    if state in ENDED:
        forget_echo(request)
    tell(request)


def forget_echo(request: RegistrationRequest) -> None:
    """The civil status that came back is of no more use."""
    RnippEcho.objects.filter(request=request).delete()


def _settle_block(request: RegistrationRequest, block: RequestBlock, answer: PsiAnswer) -> None:
    told = _told(block, answer)
    if told is None:
        block.state = _untold(block, request, answer.identity)
    else:
        block.state, block.code, block.status, block.text = (
            _state_told(block, told),
            told.code,
            told.status,
            told.text,
        )
    block.save(update_fields=["state", "code", "status", "text", "changed_at"])


def _state_told(block: RequestBlock, told: BlockAnswer) -> BlockState:
    """What nobody can read, or an internal error, may have ordered a card all the same."""
    if block.kind in CARDS and (told.outcome == Outcome.UNREAD or told.meaning == INTERNAL_ERROR):
        return BlockState.UNKNOWN
    return _STATES[told.outcome]


def _told(block: RequestBlock, answer: PsiAnswer) -> BlockAnswer | None:
    if block.kind == BlockKind.IDENTITY:
        return answer.identity
    name = BODY_NAMES.get(BlockKind(block.kind))
    return answer.block(name) if name else None


def _untold(block: RequestBlock, request: RegistrationRequest, identity: IdentityAnswer) -> BlockState:
    """What the answer leaves out: an employment always; a card may have been ordered, an activity may be asked again."""
    if identity.outcome == Outcome.UNREAD and block.kind in CARDS:
        return BlockState.UNKNOWN  # nobody knows what that answer did
    if not identity.stands and not goes_without_identity(request):
        return BlockState.WAITING
    if block.kind == BlockKind.EMPLOYMENT:
        return BlockState.DONE if identity.stands else BlockState.WAITING
    return BlockState.UNKNOWN if block.kind in CARDS else BlockState.TRY_LATER


def goes_without_identity(request: RegistrationRequest) -> bool:
    """API PSI serves the other parts of somebody who is not French even when the RNIPP does not know them."""
    return (request.payload or {}).get("frenchNationality") is False


def _state_of(identity: IdentityAnswer, blocks: list[RequestBlock]) -> RequestState:
    rest = [one for one in blocks if one.kind not in (BlockKind.IDENTITY, BlockKind.EMPLOYMENT)]
    if not identity.stands:
        is_partly = any(
            one.state == BlockState.DONE for one in rest
        )  # a foreigner whom the RNIPP does not know
        return RequestState.PARTLY_DONE if is_partly else RequestState.NEEDS_CORRECTION
    return (
        RequestState.DONE if all(one.state == BlockState.DONE for one in rest) else RequestState.PARTLY_DONE
    )


def keep_news(request: RegistrationRequest, identity: IdentityAnswer) -> None:
    """The echo and a death, sealed, each in its own table; the last one told stands."""
    moment = now()
    if identity.echo is not None and not identity.stands:
        sealed = {"sealed": encrypt(json.dumps(asdict(identity.echo))), "received_at": moment}
        RnippEcho.objects.update_or_create(
            request=request, defaults=sealed | {"establishment_id": request.establishment_id}
        )
    if identity.death is not None:
        sealed = {"sealed": encrypt(json.dumps(asdict(identity.death))), "received_at": moment}
        RnippDeath.objects.update_or_create(request=request, defaults=sealed)
    elif identity.stands:
        RnippDeath.objects.filter(request=request).delete()  # it was of the traits since corrected


def _keep_numbers(request: RegistrationRequest, identity: IdentityAnswer) -> str:
    """Writes the numbers on the request and on the person; says in French what could not be."""
    request.rpps_numbers, request.psi_identifier = list(identity.rpps_numbers), identity.psi_identifier
    if identity.rpps_numbers:  # a PSI account alone is an identity, not a number
        request.numbered_on = request.numbered_on or today()
    request.save(update_fields=["rpps_numbers", "psi_identifier", "numbered_on"])
    said, person = [], _going_on(request.person_id)
    if identity.psi_identifier:
        trouble = _hold(person, IdentifierKind.PSI, identity.psi_identifier)
        if not trouble:
            _end_former_psi(person, identity.psi_identifier)
        said.append(trouble)
    if len(identity.rpps_numbers) > 1:
        said.append(
            "Plusieurs numéros RPPS reçus : demandez à l'ANS lequel est le bon, puis ajoutez-le à la fiche."
        )
    elif identity.rpps_numbers:
        said.append(_hold(person, IdentifierKind.RPPS, identity.rpps_numbers[0]))
        _certify(person, identity)
    return " ".join(filter(None, said))


def _going_on(person_id: UUID) -> Person:
    """The record, or the one that continues it; under its lock, for a merge of this very moment."""
    person = Person.objects.select_for_update().get(pk=person_id)
    return person.merged_into or person


def _end_former_psi(person: Person, psi_identifier: str) -> None:
    """Accounts merged at the ANS keep one UUID, the main identifier beside the RPPS number: the former one ends."""
    held = PersonIdentifier.objects.filter(person=person, kind=IdentifierKind.PSI, valid_to=None)
    former = list(held.exclude(value=psi_identifier).values_list("pk", flat=True))
    if former:
        release_identifiers(actor=API, identifier_ids=former)


def _hold(person: Person, kind: IdentifierKind, value: str) -> str:
    """Empty once the person holds it; else why not."""
    if other_number(person, kind, value):
        return "La fiche porte déjà un autre numéro RPPS que celui reçu : vérifiez lequel est le bon."
    try:
        with transaction.atomic():
            add_identifier(actor=API, person=person, kind=kind, value=value)
    except DomainError as error:
        propose_with_holder(API, person, kind, value)
        return error.french
    return ""


def other_number(person: Person, kind: IdentifierKind, value: str) -> bool:
    """Whether the person holds another RPPS number: one of the two is not theirs, and nobody here knows which."""
    held = PersonIdentifier.objects.filter(person=person, kind=kind, valid_to=None)
    return kind == IdentifierKind.RPPS and held.exclude(value=value).exists()


def propose_with_holder(actor: Actor, person: Person, kind: IdentifierKind, value: str) -> None:
    """Somebody else of the group has that number: the two may be one person, and somebody looks. A site sees one of them."""
    holder = holder_of(kind, value)
    is_whole = current_tenant().establishment_ids is None
    if is_whole and holder is not None and holder.person_id != person.pk:
        propose_pair(actor=actor, person=person, other=holder.person)


def _certify(person: Person, identity: IdentityAnswer) -> None:
    """An exact answer of the RNIPP is a civil status certified by INSEE, said of the number the person is linked with."""
    link = link_of(person)
    if identity.rnipp_code == EXACT and link is not None and link.rpps == identity.rpps_numbers[0]:
        note_civil_status(actor=API, person=person, code=CERTIFIED)
