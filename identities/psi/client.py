"""The wire to API PSI: one POST, never tried again from here. What may have been done is told apart from what was not."""

import json
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any, Self

import httpx2
from django.conf import settings

from identities.psi.answers import PsiAnswer, read_answer
from identities.psi.codes import Outcome
from identities.psi.failures import PsiMisconfiguredError, PsiNotReceivedError, PsiUnknownOutcomeError
from identities.psi.fuse import Fuse
from identities.psi.payload import Body
from portal.foundation.clock import now

KEY_HEADER = "ESANTE-API-KEY"
PATH = "/v1/identities"
MOST_BYTES = 1_000_000
LONGEST_WAIT = 3600.0  # seconds: whatever the API asks, a person sees the request move within the hour
LATE, UNSERVED = "délai dépassé", "adresse inconnue, 404"
_BEFORE_WRITING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_MISWRITTEN = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)


@dataclass(frozen=True)
class _Received:
    """What came back, whole. `retry_after`: the header as it was written."""

    status: int
    retry_after: str
    content: bytes


class PsiClient:
    """With the key of one group, neither logged nor shown. `seconds`: of a whole call, those of the settings at most."""

    def __init__(self, key: str, seconds: float = inf) -> None:
        self._seconds = min(seconds, settings.PSI_API_TIMEOUT)
        self._http = httpx2.Client(
            headers={KEY_HEADER: key, "Accept": "application/json"},
            timeout=self._seconds,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()

    def register(self, body: Body) -> PsiAnswer:
        """Sends one registration and reads its answer, good or bad.

        Refuses (PsiNotReceivedError, PsiMisconfiguredError, PsiUnknownOutcomeError) when there is none to read.
        """
        answer = self._post(body)
        read = _read_answer(answer)
        if read is None:
            raise PsiUnknownOutcomeError(f"{answer.status} sans bloc d'identité")
        return read

    def check_key(self) -> None:
        """Asks for nothing: a body without any of the required fields creates nobody, and is refused once the key is read.

        Refuses (PsiError) a key or an address that does not work, and an API that does not answer.
        """
        answer = self._post({})
        read = _read_answer(answer)
        if read is None or read.identity.outcome != Outcome.CORRECTION:
            raise PsiUnknownOutcomeError(f"{answer.status} à une demande vide")

    def _post(self, body: Body) -> _Received:
        with Fuse(self._seconds) as fuse:
            received = self._exchange(body, fuse)
        if fuse.is_blown:  # an answer of unsaid length then looks whole
            raise PsiUnknownOutcomeError(LATE)
        return received

    def _exchange(self, body: Body, fuse: Fuse) -> _Received:
        url, follow = settings.PSI_API_URL + PATH, {"trace": fuse.follow}
        try:
            with self._http.stream("POST", url, json=body, extensions=follow) as answer:
                return _Received(answer.status_code, answer.headers.get("Retry-After", ""), _content(answer))
        except _BEFORE_WRITING as error:
            raise PsiNotReceivedError("connexion impossible") from error
        except (*_MISWRITTEN, httpx2.InvalidURL, UnicodeError) as error:
            raise PsiMisconfiguredError("adresse ou clé mal écrite") from error
        except httpx2.TimeoutException as error:
            raise PsiUnknownOutcomeError(LATE) from error
        except httpx2.RequestError as error:
            raise PsiUnknownOutcomeError(LATE if fuse.is_blown else "réponse coupée") from error


def _content(answer: httpx2.Response) -> bytes:
    """Refuses (PsiUnknownOutcomeError) more than `MOST_BYTES`: nobody keeps an answer without end."""
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > MOST_BYTES:
            raise PsiUnknownOutcomeError("réponse trop longue")
    return bytes(content)


def _read_answer(received: _Received) -> PsiAnswer | None:
    """None when nothing in it tells what became of the identity. A 404 that does not speak of it is of the address."""
    _check_reached(received)
    read = read_answer(received.status, _json(received))
    if read is None and received.status == 404:
        raise PsiMisconfiguredError(UNSERVED)
    return read


def _check_reached(answer: _Received) -> None:
    """Refuses what the gateway answered in the API's place."""
    status = answer.status
    if status in (401, 403):
        raise PsiMisconfiguredError(f"clé refusée, {status}")
    if status in (429, 503):
        raise PsiNotReceivedError(str(status), retry_after(answer.retry_after))
    if 300 <= status < 400 or status in (405, 415):
        raise PsiMisconfiguredError(f"adresse refusée, {status}")
    if status >= 500:
        raise PsiUnknownOutcomeError(str(status))


def retry_after(told: str) -> float:
    """Seconds to wait, at most an hour, from either form of the header (RFC 9110 §10.2.3); 0 when it cannot be read."""
    if told.strip().isdecimal():
        return min(float(told), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return 0
    moment = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((moment - now()).total_seconds(), 0), LONGEST_WAIT)


def _json(answer: _Received) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        if answer.status == 404:
            raise PsiMisconfiguredError(UNSERVED) from error
        raise PsiUnknownOutcomeError("réponse illisible") from error
    if not isinstance(found, dict):
        raise PsiUnknownOutcomeError("réponse d'une autre forme")
    return found
