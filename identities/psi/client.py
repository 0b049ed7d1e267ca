"""The wire to API PSI: one POST, never tried again from here. What may have been done is told apart from what was not."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx2
from django.conf import settings

from identities.psi.answers import PsiAnswer, read_answer
from identities.psi.codes import Outcome
from identities.psi.failures import PsiMisconfiguredError, PsiNotReceivedError, PsiUnknownOutcomeError
from identities.psi.payload import Body
from portal.foundation.clock import now

KEY_HEADER = "ESANTE-API-KEY"
PATH = "/v1/identities"
MOST_BYTES = 1_000_000
LONGEST_WAIT = 3600.0  # seconds: whatever the API asks, a person sees the request move within the hour
_BEFORE_WRITING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_MISWRITTEN = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)


class PsiClient:
    """With the key of one group, which is neither logged nor shown."""

    def __init__(self, key: str) -> None:
        self._http = httpx2.Client(
            headers={KEY_HEADER: key, "Accept": "application/json"},
            timeout=settings.PSI_API_TIMEOUT,
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
        _check_reached(answer)
        read = read_answer(answer.status_code, _json(answer))
        if read is None:
            raise PsiUnknownOutcomeError(f"{answer.status_code} sans bloc d'identité")
        return read

    def check_key(self) -> None:
        """Asks for nothing: a body without any of the required fields creates nobody, and is refused once the key is read.

        Refuses (PsiError) a key or an address that does not work, and an API that does not answer.
        """
        answer = self._post({})
        _check_reached(answer)
        read = read_answer(answer.status_code, _json(answer))
        if read is None or read.identity.outcome != Outcome.CORRECTION:
            raise PsiUnknownOutcomeError(f"{answer.status_code} à une demande vide")

    def _post(self, body: Body) -> httpx2.Response:
        try:
            return self._http.post(settings.PSI_API_URL + PATH, json=body)
        except _BEFORE_WRITING as error:
            raise PsiNotReceivedError("connexion impossible") from error
        except (*_MISWRITTEN, httpx2.InvalidURL, UnicodeError) as error:
            raise PsiMisconfiguredError("adresse ou clé mal écrite") from error
        except httpx2.TimeoutException as error:
            raise PsiUnknownOutcomeError("délai dépassé") from error
        except httpx2.RequestError as error:
            raise PsiUnknownOutcomeError("réponse coupée") from error


def _check_reached(answer: httpx2.Response) -> None:
    """Refuses what the gateway answered in the API's place."""
    status = answer.status_code
    if status in (401, 403):
        raise PsiMisconfiguredError(f"clé refusée, {status}")
    if status in (429, 503):
        raise PsiNotReceivedError(str(status), retry_after(answer.headers.get("Retry-After", "")))
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


def _json(answer: httpx2.Response) -> dict[str, Any]:
    if len(answer.content) > MOST_BYTES:
        raise PsiUnknownOutcomeError("réponse trop longue")
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        if answer.status_code == 404:
            raise PsiMisconfiguredError("adresse inconnue, 404") from error
        raise PsiUnknownOutcomeError("réponse illisible") from error
    if not isinstance(found, dict):
        raise PsiUnknownOutcomeError("réponse d'une autre forme")
    return found
