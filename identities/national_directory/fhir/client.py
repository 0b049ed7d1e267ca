"""The wire to the Annuaire Santé API: paced, retried when that may help, and every failure in our words.

Searches go by POST: a long list of numbers stays out of addresses and of their logs. A place in the budget is taken
when the connection is open and the request about to be written: what opening costs never brings two calls closer.
Sources: the ANS guide of the API, version 2 (bases, search parameters); portal/decisions/0013-directory-api.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, Self

import httpx2
import stamina
from django.conf import settings

from identities.national_directory.fhir.budget import SharedPace
from identities.national_directory.fhir.failures import DirectoryApiError, Failure, of_exception, of_status
from identities.national_directory.fhir.found import Professional
from identities.national_directory.fhir.profiles import (
    FINESS_SYSTEM,
    RPPS_SYSTEM,
    Resource,
    finess_of,
    professionals,
)

BATCH = 50  # numbers in one search: the size of a page, and what the ANS advises for lists of ids
MOST_PAGES = 200
MOST_BYTES = 20_000_000
TRIES = 3
LONGEST_WAIT = 20.0  # seconds between two tries
_WRITTEN = (
    "http11.send_request_headers.failed",
    "http11.send_request_body.complete",
    "http11.send_request_body.failed",
)


class DirectoryClient:
    """One worker's client; its threads share it. `calls` counts every request sent, tries again included."""

    def __init__(self, connections: int = 8) -> None:
        self._pace = SharedPace()
        self._calls = 0
        self._lock = Lock()
        self._http = httpx2.Client(
            headers={
                b"ESANTE-API-KEY": settings.DIRECTORY_API_KEY.encode(),
                b"Accept": b"application/fhir+json",
            },
            timeout=settings.DIRECTORY_API_TIMEOUT,
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()
        self._pace.close()

    def take_calls(self) -> int:
        """How many requests were sent since the last time this was asked."""
        with self._lock:
            calls, self._calls = self._calls, 0
        return calls

    def people(self, numbers: Sequence[str]) -> dict[str, Professional]:
        """RPPS number → what the directory says of it, with its activities; numbers that it does not know are absent.

        At most BATCH numbers, in one call and one more per page of results. Refuses (DirectoryApiError).
        """
        wanted = ",".join(f"{RPPS_SYSTEM}|{one}" for one in numbers)
        form = {"identifier": wanted, "_revinclude": "PractitionerRole:practitioner", "_count": str(BATCH)}
        found = professionals(self._search("Practitioner", form))
        return {number: one for number, one in found.items() if number in set(numbers)}

    def structures(self, finess: Sequence[str]) -> dict[str, str]:
        """Technical id → FINESS of those structures, as it is at this moment. Refuses (DirectoryApiError)."""
        found: dict[str, str] = {}
        for start in range(0, len(finess), BATCH):
            wanted = ",".join(f"{FINESS_SYSTEM}|{one}" for one in finess[start : start + BATCH])
            form = {"identifier": wanted, "_count": str(BATCH), "_elements": "identifier"}
            found |= finess_of(self._search("Organization", form))
        return found

    def _search(self, kind: str, form: Mapping[str, str]) -> list[Resource]:
        """Every resource of every page. A page that the server no longer keeps starts the search again."""
        for attempt in stamina.retry_context(
            on=_wait_before_retry, attempts=TRIES, timeout=None, wait_initial=0.5, wait_max=LONGEST_WAIT
        ):
            with attempt:
                return list(self._pages(kind, form))
        raise AssertionError("stamina tries at least once")

    def _pages(self, kind: str, form: Mapping[str, str]) -> Iterator[Resource]:
        base = settings.DIRECTORY_API_URL
        bundle = self._call("POST", f"{base}/{kind}/_search", form)
        for _ in range(MOST_PAGES):
            yield from _resources(bundle)
            following = _next_page(bundle)
            if not following:
                return
            if _server(following) != _server(base):  # the key goes along
                raise DirectoryApiError(Failure.UNKNOWN, "page suivante sur un autre serveur")
            bundle = self._call("GET", following)
        raise DirectoryApiError(Failure.UNKNOWN, f"plus de {MOST_PAGES} pages")

    def _call(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Resource:
        paced = _PacedCall(self._take_place, self._pace)
        try:
            answer = self._http.request(method, url, data=form, extensions={"trace": paced.follow})
        except httpx2.RequestError as error:
            raise of_exception(error) from error
        except httpx2.InvalidURL as error:
            raise DirectoryApiError(Failure.MISCONFIGURED, "adresse mal écrite") from error
        return _bundle(answer)

    def _take_place(self) -> str:
        with self._lock:
            self._calls += 1
        return self._pace.take()


class _PacedCall:
    """What happens to one request on its connection, told to the pace: about to be written, written, answered."""

    def __init__(self, take: Callable[[], str], pace: SharedPace) -> None:
        self._take, self._pace, self._call = take, pace, ""

    def follow(self, event: str, details: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            self._call = self._take()
        elif event in _WRITTEN:
            self._pace.written(self._call)
        elif event == "http11.receive_response_headers.complete":
            self._pace.answered(self._call)


def _wait_before_retry(error: Exception) -> bool | float:
    """Transient failures only; as long as the server asks, when it does."""
    if not isinstance(error, DirectoryApiError) or error.failure != Failure.TRANSIENT:
        return False
    return min(error.retry_after, LONGEST_WAIT) or True


def _bundle(answer: httpx2.Response) -> Resource:
    found = _json(answer)
    if answer.status_code != 200:
        has_outcome = found.get("resourceType") == "OperationOutcome"
        asked = answer.headers.get("Retry-After", "")
        raise DirectoryApiError(
            of_status(answer, has_outcome), _cause(answer, found), float(asked) if asked.isdecimal() else 0
        )
    if not found:
        raise DirectoryApiError(Failure.TRANSIENT, "réponse illisible")
    if found.get("resourceType") != "Bundle" or not isinstance(found.get("entry", []), list):
        raise DirectoryApiError(Failure.UNKNOWN, "réponse d'une autre forme")
    return found


def _json(answer: httpx2.Response) -> dict[str, Any]:
    """Empty when it is no JSON object: a page of a gateway, or nothing at all."""
    if len(answer.content) > MOST_BYTES:
        raise DirectoryApiError(Failure.UNKNOWN, "réponse trop longue")
    try:
        found = answer.json()
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of thousands of digits
        return {}
    return found if isinstance(found, dict) else {}


def _cause(answer: httpx2.Response, outcome: Mapping[str, Any]) -> str:
    """The status and the standard word of the outcome, never the free text beside it."""
    issues = outcome.get("issue")
    first = issues[0] if isinstance(issues, list) and issues and isinstance(issues[0], dict) else {}
    word = str(first.get("code", ""))
    said = word if word.replace("-", "").isalpha() else ""
    return f"réponse {answer.status_code} {said}".strip()[:60]


def _resources(bundle: Resource) -> Iterator[Resource]:
    for entry in bundle.get("entry", []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _server(url: str) -> tuple[str, bytes]:
    """Scheme and place: a page by HTTP would carry the key in clear."""
    try:
        found = httpx2.URL(url)
    except httpx2.InvalidURL:
        return "", b""
    return found.scheme, found.netloc


def _next_page(bundle: Resource) -> str:
    links = bundle.get("link")
    for one in links if isinstance(links, list) else []:
        if isinstance(one, dict) and one.get("relation") == "next":
            return str(one.get("url", ""))
    return ""
