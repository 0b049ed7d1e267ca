"""What the client's server calls: tokens, user information, introspection, revocation, keys, discovery."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from uuid import uuid4

import jwt
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.sandbox import claims
from portal.sandbox.clients import Client, clients
from portal.sandbox.contracts import Contract
from portal.sandbox.discovery import document, misplaced
from portal.sandbox.faults import faults
from portal.sandbox.keys import keys
from portal.sandbox.memory import ACCESS_SECONDS, REFRESH_SECONDS, Asked, Session, memory

NOT_JSON = "<!DOCTYPE html><html lang='fr'><title>Maintenance</title><h1>Maintenance en cours</h1></html>"


def publish(request: HttpRequest, contract: Contract) -> HttpResponse:
    """The discovery document."""
    if faults.strikes("discovery_503"):
        return HttpResponse(status=503)
    published = document(contract)
    return JsonResponse(misplaced(published) if faults.strikes("discovery_differs") else published)


def certs(request: HttpRequest, contract: Contract) -> HttpResponse:
    """The public keys."""
    faults.slow_down("jwks_slow")
    if faults.strikes("jwks_503"):
        return HttpResponse(status=503)
    return JsonResponse(keys.published())


def token(request: HttpRequest, contract: Contract) -> HttpResponse:
    """A code or a refresh token against tokens."""
    faults.slow_down("token_slow")
    if faults.strikes("token_503"):
        return HttpResponse(status=503)
    if faults.strikes("token_not_json"):
        return HttpResponse(NOT_JSON)
    client = clients.authenticated(request)
    if client is None:
        return _unknown_client()
    match request.POST.get("grant_type"):
        case "authorization_code":
            return _from_code(request, contract, client)
        case "refresh_token":
            return _from_refresh_token(request, contract, client)
        case _:
            return _error("unsupported_grant_type", "Unsupported grant_type")


def userinfo(request: HttpRequest, contract: Contract) -> HttpResponse:
    """GET or POST with the access token in the Authorization header: JSON, or a signed JWT for whom it is so."""
    faults.slow_down("userinfo_slow")
    if faults.strikes("userinfo_503"):
        return HttpResponse(status=503)
    if faults.strikes("userinfo_not_json"):
        return HttpResponse(NOT_JSON)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    grant = memory.token(bearer, contract.name) if scheme.lower() == "bearer" else None
    if grant is None or grant.kind != "access":
        answer = _error("invalid_token", "Token verification failed", status=401)
        answer["WWW-Authenticate"] = 'Bearer realm="esante-wallet", error="invalid_token"'
        return answer
    said = claims.userinfo(contract, grant.session)
    if grant.session.person.signed_userinfo:
        signed = keys.sign({**said, "iss": contract.issuer, "aud": grant.asked.client_id})
        return HttpResponse(signed, content_type="application/jwt")
    return JsonResponse(said)


def introspect(request: HttpRequest, contract: Contract) -> HttpResponse:
    """Claims of a living token; SubjectNameID for an access token only."""
    if clients.authenticated(request) is None:
        return _unknown_client()
    given = request.POST.get("token", "")
    grant = memory.token(given, contract.name)
    if grant is None:
        return JsonResponse({"active": False})
    if grant.kind == "refresh":
        said = {"typ": "Refresh", "iss": contract.issuer, "sub": grant.session.person.subject}
    else:
        national_id = grant.session.person.userinfo.get("SubjectNameID")
        said = jwt.decode(given, options={"verify_signature": False}) | (
            {"SubjectNameID": national_id} if national_id is not None else {}
        )
    return JsonResponse({**said, "client_id": grant.asked.client_id, "active": True})


def revoke(request: HttpRequest, contract: Contract) -> HttpResponse:
    """RFC 7009: 200 whatever the token was."""
    if clients.authenticated(request) is None:
        return _unknown_client()
    memory.revoke(request.POST.get("token", ""))
    return HttpResponse()


def _from_code(request: HttpRequest, contract: Contract, client: Client) -> HttpResponse:
    grant = memory.redeem_code(request.POST.get("code", ""))
    if grant is None or grant.asked.provider != contract.name or grant.asked.client_id != client.client_id:
        return _error("invalid_grant", "Code not valid")
    if grant.asked.redirect_uri != request.POST.get("redirect_uri", ""):
        return _error("invalid_grant", "Incorrect redirect_uri")
    if not _proves(grant.asked.challenge, request.POST.get("code_verifier", "")):
        return _error("invalid_grant", "PKCE verification failed")
    return _tokens(contract, grant.asked, grant.session, client)


def _from_refresh_token(request: HttpRequest, contract: Contract, client: Client) -> HttpResponse:
    grant = memory.token(request.POST.get("refresh_token", ""), contract.name)
    if grant is None or grant.kind != "refresh" or grant.asked.client_id != client.client_id:
        return _error("invalid_grant", "Invalid refresh token")
    return _tokens(contract, grant.asked, grant.session, client)


def _tokens(contract: Contract, asked: Asked, session: Session, client: Client) -> HttpResponse:
    access, refresh = claims.access_token(contract, asked, session), f"actualisation-{uuid4()}"
    memory.keep_token(access, asked, session, "access")
    memory.keep_token(refresh, asked, session, "refresh")
    answer: dict[str, Any] = {
        "access_token": access,
        "expires_in": ACCESS_SECONDS,
        "refresh_expires_in": REFRESH_SECONDS,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "not-before-policy": 0,
        "session_state": session.sid,
        "scope": asked.scope,
    }
    if not faults.strikes("token_without_id_token"):
        answer["id_token"] = claims.id_token(contract, asked, session, client, access)
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _proves(challenge: str, verifier: str) -> bool:
    """RFC 7636: no challenge, nothing to prove."""
    if not challenge:
        return True
    hashed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(hashed, challenge)


def _unknown_client() -> HttpResponse:
    answer = _error("unauthorized_client", "Invalid client or Invalid client credentials", status=401)
    answer["WWW-Authenticate"] = 'Basic realm="esante-wallet"'
    return answer


def _error(error: str, description: str, status: int = 400) -> HttpResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)
