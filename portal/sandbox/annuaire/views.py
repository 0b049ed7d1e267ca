"""The addresses of the API: capability statement, searches by GET and POST, pages, reads by id."""

import os
import secrets
import time
from collections import OrderedDict
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import psycopg
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from portal.sandbox.annuaire.capability import capability
from portal.sandbox.annuaire.ids import LEGAL, PREFIXES, business_of, release
from portal.sandbox.annuaire.outcomes import Refused, fhir, outcome, unknown_kind
from portal.sandbox.annuaire.pace import pace
from portal.sandbox.annuaire.resources import Resource, legal_entity
from portal.sandbox.annuaire.rows import directory
from portal.sandbox.annuaire.search import Search, included, page, read_search, resources_of
from portal.sandbox.faults import faults

KEY = "cle-du-bac-a-sable"
KEY_VARIABLE = "SANDBOX_DIRECTORY_KEY"
PAGES_KEPT = 5_000


class Pages:
    """Searches that have a following page, by the opaque number that the link holds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[Search, int | None]] = OrderedDict()

    def keep(self, search: Search, total: int | None) -> str:
        number = secrets.token_urlsafe(24)
        with self._lock:
            self._kept[number] = (search, total)
            while len(self._kept) > PAGES_KEPT:
                self._kept.popitem(last=False)
        return number

    def find(self, number: str) -> tuple[Search, int | None] | None:
        return self._kept.get(number)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


pages = Pages()


@csrf_exempt
def answer(request: HttpRequest, path: str) -> HttpResponse:
    """Every request, whatever it asks: key, pace, faults, then the answer or an OperationOutcome."""
    try:
        _check_key(request)
        if not pace.admits(request.META.get("sandbox.received_at", time.time())):
            raise Refused(429, "throttled", "Rate limit exceeded: 17 requests per second")
        faults.slow_down("directory_slow")
        found = _answer(request, path)
    except Refused as refused:
        return outcome(refused)
    except ValueError:  # digits without end, bytes that are no UTF-8
        return outcome(Refused(400, "processing", "HAPI-0450: Failed to parse request"))
    except psycopg.Error as error:
        return outcome(
            Refused(500, "exception", f"HAPI-0389: Failed to call access method: {type(error).__name__}")
        )
    return _spoilt(request, found) or fhir(found)


def _check_key(request: HttpRequest) -> None:
    if faults.strikes("directory_403"):
        raise Refused(403, "forbidden", "Forbidden")
    given = request.headers.get("ESANTE-API-KEY", "")
    if not given or faults.strikes("directory_401"):
        raise Refused(401, "login", "Unauthorized")
    if given != os.environ.get(KEY_VARIABLE, KEY):
        raise Refused(403, "forbidden", "Forbidden")


def _answer(request: HttpRequest, path: str) -> Resource:
    base = f"{request.scheme}://{request.get_host()}/fhir/v2"
    for name, status, code in (
        ("directory_400", 400, "processing"),
        ("directory_429", 429, "throttled"),
        ("directory_500", 500, "exception"),
    ):
        if faults.strikes(name):
            raise Refused(status, code, "HAPI-0001: told to fail")
    kind, _, rest = path.partition("/")
    if request.method == "POST" and rest == "_search":
        asked = [*parse_qsl(request.META.get("QUERY_STRING", "")), *parse_qsl(request.body.decode())]
        return _bundle(base, read_search(kind, asked), None)
    if request.method != "GET":
        raise Refused(405, "not-supported", "HAPI-0302: Method not supported")
    if path == "metadata":
        return capability(base)
    if path == "_page":
        return _following(base, request.GET.get("id", ""))
    if rest:
        return _read(kind, rest)
    return _bundle(base, read_search(kind, parse_qsl(request.META.get("QUERY_STRING", ""))), None)


def _following(base: str, number: str) -> Resource:
    kept = pages.find(number)
    if kept is None or faults.strikes("directory_page_gone"):
        raise Refused(
            410, "processing", f'HAPI-1163: Search ID "{number}" does not exist and may have expired'
        )
    return _bundle(base, *kept)


def _bundle(base: str, search: Search, known_total: int | None) -> Resource:
    rows, total, more = page(search)
    total = total if known_total is None else known_total
    query = urlencode(search.parameters)
    links = [{"relation": "self", "url": f"{base}/{search.kind}?{query}"}]
    if more is not None:
        number = pages.keep(Search(search.kind, search.parameters, search.count, more), total)
        links.insert(0, {"relation": "next", "url": f"{base}/_page?id={number}"})
    matches, others = resources_of(search.kind, rows), included(search, rows)
    found: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "id": str(uuid4())}
    if total is not None:
        found["total"] = total
    elements = search.values_of("_elements")
    entries = [
        *(_entry(base, _only(one, elements), "match") for one in matches),
        *(_entry(base, one, "include") for one in others),
    ]
    return found | {"link": links} | ({"entry": entries} if entries else {})


def _entry(base: str, resource: Resource, mode: str) -> Resource:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def _only(resource: Resource, elements: list[str]) -> Resource:
    """Those elements, with the tag that says that the rest was left out."""
    if not elements:
        return resource
    kept = {key: resource[key] for key in ("resourceType", "id", *elements) if key in resource}
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    return kept | {"meta": {**resource["meta"], "tag": [tag]}}


def _read(kind: str, technical: str) -> Resource:
    """One resource by its id of today. Refuses (Refused) 404: unknown, or of another release."""
    if kind not in PREFIXES:
        raise unknown_kind(kind)
    if kind == "Organization" and (finess := business_of(LEGAL, technical)):
        return legal_entity(finess)
    rows, _, _ = page(read_search(kind, [("_id", technical)]))
    if not rows:
        raise Refused(404, "not-found", f"HAPI-2001: Resource {kind}/{technical} is not known")
    return resources_of(kind, rows)[0]


def _spoilt(request: HttpRequest, found: Resource) -> HttpResponse | None:
    """What a gateway or a broken network makes of a good answer."""
    if faults.strikes("directory_502"):
        return HttpResponse("<html><body>502 Bad Gateway</body></html>", status=502, content_type="text/html")
    if faults.strikes("directory_not_json"):
        return HttpResponse("<html><body>Maintenance</body></html>", content_type="text/html")
    if faults.strikes("directory_other_shape"):
        return fhir({"resourceType": "Parameters"})
    if faults.strikes("directory_truncated"):
        request.META["sandbox.hang_up"]()
        whole = fhir(found)
        whole.content = whole.content[: len(whole.content) // 2]
        return whole
    return None


def change_release() -> int:
    """A new release: every technical id changes, pages are forgotten."""
    release.number += 1
    pages.forget()
    return release.number


def forget() -> None:
    """As after the start."""
    directory.only_builtin = False
    release.number = 1
    pages.forget()
    pace.forget()
