"""One call from its body to its answer: the identity decides, then the activity, then the card (README of the contract)."""

import time
from datetime import UTC, datetime
from typing import Any

from portal.sandbox.faults import faults
from portal.sandbox.psi.book import TRAITS, Account, book, traits_of
from portal.sandbox.psi.checks import PREFIX, Problem, Shape, problems_of
from portal.sandbox.psi.civil_status import EXACT, NOT_FOUND, UNREADABLE, Reply, Traits, civil_status, echo
from portal.sandbox.psi.sections import (
    activity_done,
    activity_problems,
    activity_refused,
    activity_waits,
    card_done,
    card_refusal,
    card_waits,
    failed,
    unavailable,
)

PATH = "/v1/identities"
CARDS = ("cardOrderPsi", "cardOrderCps")
_MANY = "Des erreurs ont été détectées lors de la validation. Veuillez consulter le détail"
_RNIPP = {
    UNREADABLE: (
        "KO_RNIPP_SYNTAX_ERROR",
        "La demande a été rejetée par le RNIPP en raison d'erreurs de syntaxe détectées dans les éléments d'état civil",
    ),
    NOT_FOUND: (
        "KO_RNIPP_NOT_FOUND",
        "La personne n'existe pas au RNIPP, le compte PSI ne peut pas être créé",
    ),
}
_DIVERGES = (
    "KO_RNIPP_FOUND_WITH_DIVERGENCES",
    "Une identité a été trouvé au RNIPP mais elle diverge des traits d'identité fournis",
)
_MISMATCH = (
    "Le nom, le prénom et la date de naissance associés à l’identifiant fourni ne correspondent pas aux informations"
    " d’identité transmises"
)


def respond(body: Shape, structure: str = "") -> tuple[int, Shape]:
    """Status and body. `structure`: that of the key, which the establishment of the call must then end with."""
    with book.lock:
        identity, account, traits = _identity(body, structure)
        blocks = _blocks(body, identity, account, traits)
    status = _status(identity["status"], [one["status"] for one in blocks.values()])
    whole: Shape = {"status": status, "identity": identity, **blocks}
    if status not in (201, 207):
        whole = {"timestamp": datetime.now(UTC).isoformat(), **whole, "path": PATH}
    return status, whole


def _status(identity: int, blocks: list[int]) -> int:
    all_done = all(one < 300 for one in blocks)
    if not blocks:
        return identity
    if identity == 409:
        return 207 if all_done else 400
    if identity == 404:
        return 207 if all_done else 404
    return 207 if identity == 201 else 400


def _identity(body: Shape, structure: str) -> tuple[Shape, Account | None, Traits]:
    problems = problems_of(body, structure)
    traits = traits_of(body)
    if problems:
        return _invalid(body, problems), None, traits
    book.calls[traits] += 1
    identifier = str(body.get("identifier") or "")
    holder = civil_status.holder_of(identifier) if identifier else None
    if holder and holder.traits[:3] != traits[:3]:
        return _refused(400, "KO_IDENTITY_MISMATCH_WITH_ID_INPUT", _MISMATCH), None, traits
    account = book.find(traits)
    if account is not None:
        book.employ(account, str(body["employment"]["issuingEstablishment"]))
        return _exists(account), account, traits
    reply = civil_status.identify(traits)
    if reply.code != EXACT:
        return _unknown_to_rnipp(reply), None, traits
    numbers = _numbers(reply, identifier)
    account = book.open(traits, numbers)
    book.employ(account, str(body["employment"]["issuingEstablishment"]))
    return _created(account, body, reply), account, traits


def _numbers(reply: Reply, identifier: str) -> list[str]:
    known = list(reply.citizen.numbers) if reply.citizen else []
    is_rpps = identifier.startswith("8") and len(identifier) == 12 and identifier not in known
    return [*known, identifier] if is_rpps and not known else known


def _invalid(body: Shape, problems: list[Problem]) -> Shape:
    details = [
        {
            "object": "registerIdentityRequestDto",
            "field": one.field,
            "message": one.message,
            "rejected": str(body.get(one.field) or ""),
            "constraint": one.constraint,
        }
        for one in problems
    ]
    return _refused(400, problems[0].code, _MANY) | {"detail": details}


def _refused(status: int, code: str, error: str) -> Shape:
    return {"status": status, "error": error, "code": PREFIX + code}


def _unknown_to_rnipp(reply: Reply) -> Shape:
    code, error = _RNIPP.get(reply.code, _DIVERGES)
    told = _refused(404 if reply.code == NOT_FOUND else 400, code, error)
    if reply.code == NOT_FOUND:
        told["rppsIdentifiers"] = []
    return told | {"rnippData": echo(reply, short=reply.code == UNREADABLE)}


def _exists(account: Account) -> Shape:
    """Guessed: the one code of v0.9.1 stands whatever the count of numbers."""
    told = _refused(409, "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID", "Le compte PSI existe déjà.")
    return told | {"psiIdentifier": account.id, "rppsIdentifiers": account.numbers}


def _created(account: Account, body: Shape, reply: Reply) -> Shape:
    found = (
        "Aucun numéro RPPS n'a été trouvé",
        "Un numéro RPPS a été trouvé",
        "Plusieurs numéros RPPS ont été trouvés",
    )
    message = f"Le compte PSI a été créé avec succès. {found[min(len(account.numbers), 2)]} pour ces traits d'identité."
    named = (*TRAITS, "birthPlace", "professionalLastName", "frenchNationality")
    return {
        "status": 201,
        "id": account.id,
        "rppsIdentifiers": account.numbers,
        "identityTraits": {name: body[name] for name in named if body.get(name) not in (None, "")},
        "message": message,
        "rnippData": echo(reply),
    }


def _blocks(body: Shape, identity: Shape, account: Account | None, traits: Traits) -> dict[str, Shape]:
    """Those that were asked. A card waits for the activity; what needs an account waits for it."""
    blocks: dict[str, Shape] = {}
    if isinstance(body.get("activity"), dict):
        is_foreign = identity["status"] == 404 and body.get("frenchNationality") is False
        may_try = account is not None or is_foreign
        blocks["activity"] = _activity(body, account, traits) if may_try else activity_waits()
    card = next((name for name in CARDS if isinstance(body.get(name), dict)), None)
    if card:
        waits = account is None or blocks.get("activity", {"status": 201})["status"] >= 300
        blocks[card] = (
            card_waits(card, body[card]) if waits or account is None else _card(card, body, account)
        )
        if identity["status"] == 409 and blocks[card]["status"] < 300:
            identity["code"] += "_CARD_ORDER_REQUESTED_SUCCESSFUL"
    return blocks


def _activity(body: Shape, account: Account | None, traits: Traits) -> Shape:
    if faults.strikes("psi_activity_503"):
        return unavailable("activity")
    if faults.strikes("psi_activity_failed"):
        return failed()
    identifier = str(body.get("identifier") or "")
    numbers = account.numbers if account else [identifier] if identifier.startswith("8") else []
    problems = activity_problems(body["activity"], numbers)
    if problems:
        return activity_refused(problems)
    return activity_done(is_new=book.write_activity(traits, account, body["activity"]))


def _card(name: str, body: Shape, account: Account) -> Shape:
    if faults.strikes("psi_card_503"):
        return unavailable(name)
    refusal = card_refusal(name, body[name], str(body.get("identifier") or ""))
    if faults.strikes("psi_card_refused"):
        refusal = {
            "status": 400,
            "code": f"{PREFIX}CARD_ORDER_REFUSED",
            "message": "La commande de carte a été refusée",
        }
    if refusal:
        return refusal
    account.cards.append(name)
    return card_done(name, body[name])


def declare(told: dict[str, Any]) -> None:
    """What PUT /_sandbox/psi says: people of the RNIPP, accounts that their holders opened, days that went by."""
    for one in told.get("people", ()):
        civil_status.declare(one)
    for one in told.get("self_enrolled", ()):
        book.open(traits_of(one), list(one.get("rpps", ())), one.get("self_enrolled_at", time.time()))
