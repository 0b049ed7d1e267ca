"""What the person's browser sees: the sign-in page, the way back, the end of a session."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portal.sandbox.clients import clients
from portal.sandbox.contracts import Contract
from portal.sandbox.faults import faults
from portal.sandbox.keys import keys
from portal.sandbox.memory import Asked, Session, memory

COOKIE = "sandbox_session"
CONTINUE, REFUSE = "continuer", "refuser"


def authorize(request: HttpRequest, contract: Contract) -> HttpResponse:
    """The sign-in page for a correct request. An unknown client or address is told here, the rest is told to the client."""
    given = request.POST if request.method == "POST" else request.GET
    client = clients.find(given.get("client_id", ""))
    if client is None:
        return _refused(request, contract, "Ce service n'est pas déclaré : client_id inconnu.")
    if not client.may_return_to(given.get("redirect_uri", "")):
        return _refused(
            request, contract, "L'adresse de retour (redirect_uri) n'est pas déclarée pour ce service."
        )
    asked = _asked(contract, given)
    error = problem_of(contract, given)
    if error:
        return _back(contract, asked, error=error[0], error_description=error[1])
    known = memory.session(request.COOKIES.get(COOKIE, ""), contract.name)
    if given.get("prompt") == "none":
        if known is None:
            return _back(contract, asked, error="login_required")
        return _with_code(contract, asked, known)
    return _sign_in_page(request, contract, asked, known if given.get("prompt") != "login" else None)


def problem_of(contract: Contract, given: Mapping[str, str]) -> tuple[str, str] | None:
    """(error, description) of what the request lacks; None when it is correct."""
    challenge, method = given.get("code_challenge", ""), given.get("code_challenge_method", "")
    if given.get("response_type") != "code":
        return "unsupported_response_type", "response_type=code expected"
    if not contract.scopes <= set(given.get("scope", "").split()):
        return "invalid_scope", f"scope must hold {' '.join(sorted(contract.scopes))}"
    if contract.only_acr and given.get("acr_values") != contract.only_acr:
        return "invalid_request", f"acr_values={contract.only_acr} expected"
    if (challenge or method) and (method != "S256" or len(challenge) != 43):
        return "invalid_request", "code_challenge_method=S256 with a challenge of 43 characters expected"
    return None


def choose(request: HttpRequest, contract: Contract) -> HttpResponse:
    """The person clicked: another one's identity, their own again, or no."""
    asked = memory.take_request(request.POST.get("request", ""))
    if asked is None or asked.provider != contract.name:
        return _refused(request, contract, "Cette page a déjà servi. Revenez au service et recommencez.")
    choice = request.POST.get("person", "")
    if choice == REFUSE:
        return _back(contract, asked, error="access_denied", error_description="User cancelled")
    if choice == CONTINUE:
        session = memory.session(request.COOKIES.get(COOKIE, ""), contract.name)
        if session is None:
            return _back(contract, asked, error="login_required")
        return _with_code(contract, asked, session)
    person = contract.people.get(choice)
    if person is None:
        return _refused(request, contract, "Cette personne n'existe pas dans le bac à sable.")
    return _with_code(contract, asked, memory.open_session(contract.name, person))


def log_out(request: HttpRequest, contract: Contract) -> HttpResponse:
    """RP-initiated logout, GET or POST: ends the session that the hint names, then goes back if the address is declared."""
    faults.slow_down("logout_slow")
    if faults.strikes("logout_503"):
        return HttpResponse(status=503)
    given = request.POST if request.method == "POST" else request.GET
    try:
        hint = keys.read(given.get("id_token_hint", ""))
    except jwt.InvalidTokenError:
        return _refused(
            request, contract, "id_token_hint manque ou n'est pas de nous : la session n'a pas été fermée."
        )
    client = clients.find(str(hint.get("azp", "")))
    address = given.get("post_logout_redirect_uri", "")
    if address and (client is None or not client.may_end_at(address)):
        return _refused(
            request, contract, "L'adresse de retour (post_logout_redirect_uri) n'est pas déclarée."
        )
    memory.end_session(str(hint.get("session_state", "")))
    if address:
        state = {"state": given["state"]} if given.get("state") else {}
        return HttpResponseRedirect(f"{address}?{urlencode(state)}" if state else address)
    return _page(request, "signed_out.html", {"contract": contract})


def _asked(contract: Contract, given: Mapping[str, str]) -> Asked:
    return Asked(
        provider=contract.name,
        client_id=given["client_id"],
        redirect_uri=given["redirect_uri"],
        state=given.get("state", ""),
        nonce=given.get("nonce", ""),
        scope=given.get("scope", ""),
        challenge=given.get("code_challenge", ""),
    )


def _sign_in_page(
    request: HttpRequest, contract: Contract, asked: Asked, known: Session | None
) -> HttpResponse:
    people = contract.people.values()
    page = {
        "contract": contract,
        "number": memory.keep_request(asked),
        "client": asked.client_id,
        "known": known,
        "everyday": [one for one in people if one.everyday],
        "odd": [one for one in people if not one.everyday],
        "CONTINUE": CONTINUE,
        "REFUSE": REFUSE,
    }
    return _page(request, "sign_in.html", page)


def _with_code(contract: Contract, asked: Asked, session: Session) -> HttpResponse:
    for error in ("login_required", "server_error"):
        if faults.strikes(f"error_{error}"):
            return _back(contract, asked, error=error)
    code = {} if faults.strikes("no_code") else {"code": memory.issue_code(asked, session)}
    answer = _back(contract, asked, session_state=session.sid, **code)
    path = "/auth" if contract.name == "psc" else f"/{contract.name}"
    answer.set_cookie(COOKIE, session.sid, path=path, httponly=True, samesite="Lax")
    return answer


def _back(contract: Contract, asked: Asked, **answer: str) -> HttpResponse:
    """To the client's address, with its state and our issuer (RFC 9207)."""
    state = "un-autre-state" if faults.strikes("state_altered") else asked.state
    issuer = "http://127.0.0.1:1/autre" if faults.strikes("iss_parameter_wrong") else contract.issuer
    parameters = {**({"state": state} if state else {}), **answer, "iss": issuer}
    return HttpResponseRedirect(f"{asked.redirect_uri}?{urlencode(parameters)}")


def _refused(request: HttpRequest, contract: Contract, reason: str) -> HttpResponse:
    return _page(request, "refused.html", {"contract": contract, "reason": reason}, status=400)


def _page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, f"sandbox/{template}", dict(context), status=status)
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer["Cache-Control"] = "no-store"
    return answer
