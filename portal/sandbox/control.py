"""What tests and developers tell the stand-in, under /_sandbox/."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.sandbox.annuaire import views as annuaire
from portal.sandbox.clients import clients
from portal.sandbox.contracts import Contract, group_provider, psc
from portal.sandbox.faults import KNOWN, SLOW_SECONDS, faults
from portal.sandbox.memory import Session, memory
from portal.sandbox.psi import views as psi
from portal.sandbox.requests_received import received

STYLE = (Path(__file__).resolve().parent / "templates" / "sandbox" / "sandbox.css").read_text()


def style(request: HttpRequest) -> HttpResponse:
    return HttpResponse(STYLE, content_type="text/css; charset=utf-8")


def status(request: HttpRequest) -> HttpResponse:
    """Where everything is; answers as soon as the server is up."""
    contract = psc(request.get_port())
    known = {
        "issuer": contract.issuer,
        "discovery": f"{contract.issuer}/.well-known/wallet-openid-configuration",
    }
    provider = group_provider(request.get_port(), "NOM").issuer
    return JsonResponse(
        {
            "psc": known,
            "group_provider": provider,
            "directory": f"http://{request.get_host()}/fhir/v2",
            "psi": f"http://{request.get_host()}/psi",
            "faults": faults.active(),
        }
    )


def fault(request: HttpRequest) -> HttpResponse:
    """GET: known and active; PUT {"fault", "times", "seconds"}; DELETE: all well again."""
    if request.method == "PUT":
        wanted = json.loads(request.body)
        try:
            faults.set(wanted["fault"], wanted.get("times", 1), wanted.get("seconds", SLOW_SECONDS))
        except KeyError as error:
            return JsonResponse({"error": f"unknown fault {error}"}, status=400)
    elif request.method == "DELETE":
        faults.clear()
    return JsonResponse({"active": faults.active(), "known": KNOWN})


def log(request: HttpRequest) -> HttpResponse:
    """GET: requests received, oldest first; DELETE forgets them."""
    if request.method == "DELETE":
        received.clear()
    return JsonResponse({"requests": list(received)})


def sessions(request: HttpRequest) -> HttpResponse:
    """Every session opened since the start or the last reset, ended ones included."""
    return JsonResponse({"sessions": [_session(one) for one in memory.sessions()]})


def people(request: HttpRequest) -> HttpResponse:
    """The fictitious people of both contracts and what userinfo says of them."""
    port = request.get_port()
    return JsonResponse({"psc": _people(psc(port)), "idp": _people(group_provider(port, "exemple"))})


def client(request: HttpRequest) -> HttpResponse:
    """PUT: declares a client, or replaces it."""
    if request.method != "PUT":
        return HttpResponse(status=405)
    try:
        declared = clients.declare(json.loads(request.body))
    except (TypeError, ValueError) as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse(asdict(declared))


def directory(request: HttpRequest) -> HttpResponse:
    """PUT {"release": true}: other technical ids; {"builtin": true}: the built-in people, whatever is loaded."""
    if request.method != "PUT":
        return HttpResponse(status=405)
    wanted = json.loads(request.body)
    annuaire.directory.only_builtin = bool(wanted.get("builtin", annuaire.directory.only_builtin))
    return JsonResponse(
        {"release": annuaire.change_release() if wanted.get("release") else annuaire.release.number}
    )


def reset(request: HttpRequest) -> HttpResponse:
    """POST: as after the start, but for the signing key."""
    if request.method != "POST":
        return HttpResponse(status=405)
    forget: list[Callable[[], None]] = [
        faults.clear,
        memory.reset,
        clients.reset,
        received.clear,
        annuaire.forget,
        psi.forget,
    ]
    for one in forget:
        one()
    return HttpResponse(status=204)


def _session(one: Session) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "provider": one.provider,
        "person": one.person.slug,
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "lives": one.lives,
    }


def _people(contract: Contract) -> list[dict[str, Any]]:
    return [
        {"slug": one.slug, "name": one.name, "note": one.note, "sub": one.subject, "userinfo": one.userinfo}
        for one in contract.people.values()
    ]
