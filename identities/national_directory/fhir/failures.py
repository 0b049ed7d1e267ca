"""Every way a call to the API is known to fail, in our few words, each with what to say and do in French."""

from enum import StrEnum

import httpx2

from portal.foundation.errors import DomainError


class Failure(StrEnum):
    TRANSIENT = "transient"  # worth another try by itself
    REJECTED = "rejected"  # the question is wrong: the same would be refused again
    NOT_FOUND = "not_found"
    MISCONFIGURED = "misconfigured"  # the address or the key: nothing will work before somebody mends it
    UNKNOWN = "unknown"  # an answer that we cannot read


FRENCH = {
    Failure.TRANSIENT: "L'API de l'Annuaire Santé ne répond pas correctement pour l'instant ({cause}).",
    Failure.REJECTED: "L'API de l'Annuaire Santé refuse la demande ({cause}) : signalez-le à l'exploitant du portail.",
    Failure.NOT_FOUND: "L'API de l'Annuaire Santé ne connaît pas cette ressource ({cause}).",
    Failure.MISCONFIGURED: "L'API de l'Annuaire Santé refuse le portail ({cause}) : l'exploitant doit en vérifier"
    " l'adresse et la clé.",
    Failure.UNKNOWN: "L'API de l'Annuaire Santé a donné une réponse que le portail ne sait pas lire ({cause}).",
}


class DirectoryApiError(DomainError):
    """A call that gave nothing usable. `retry_after`: seconds that the server asked us to wait, when it did."""

    def __init__(self, failure: Failure, cause: str, retry_after: float = 0) -> None:
        super().__init__(f"Annuaire Santé API: {failure} ({cause})", FRENCH[failure].format(cause=cause))
        self.failure = failure
        self.cause = cause
        self.retry_after = retry_after


def of_status(answer: httpx2.Response, has_outcome: bool) -> Failure:
    """What a status other than 200 means. A 500 that the FHIR server itself explains (OperationOutcome) would come again."""
    status = answer.status_code
    if status in (401, 403) or 300 <= status < 400:
        return Failure.MISCONFIGURED
    if status == 404:
        return Failure.NOT_FOUND
    if status == 500 and has_outcome:
        return Failure.UNKNOWN
    if (
        status in (408, 410, 429) or status >= 500
    ):  # 410: a page of results that is no longer kept, asked again from the start
        return Failure.TRANSIENT
    return Failure.REJECTED


def of_exception(error: httpx2.RequestError) -> DirectoryApiError:
    """The same for a call without an answer, or with half of one."""
    if isinstance(error, httpx2.TimeoutException):
        return DirectoryApiError(Failure.TRANSIENT, "délai dépassé")
    if isinstance(error, httpx2.RemoteProtocolError):
        return DirectoryApiError(Failure.TRANSIENT, "réponse coupée")
    if isinstance(error, (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
        return DirectoryApiError(Failure.MISCONFIGURED, "adresse ou clé mal écrite")
    return DirectoryApiError(Failure.TRANSIENT, "connexion impossible")
