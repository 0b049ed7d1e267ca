"""The way out to a provider that a group has typed the address of: https, outside of our own network, bounded, no detour."""

import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

MOST_BYTES = 512 * 1024
MOST_SECONDS_FACTOR = 2  # of a whole answer, in time-outs
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}


class ForbiddenAddressError(requests.RequestException):
    """An address inside our own network, or without https."""


class OddAnswerError(requests.RequestException):
    """A redirection, or an answer too long or too slow to be one of a provider."""


def check_address(url: str) -> None:
    """Refuses (ForbiddenAddressError) all but https to a named host; in the demo and the tests, http to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ForbiddenAddressError("unreadable address") from error
    if settings.DEMO and parts.scheme in {"http", "https"} and host in LOCAL_NAMES:
        return
    if parts.scheme != "https" or not host or parts.username or parts.password or parts.fragment:
        raise ForbiddenAddressError("not an https address")


def is_open_address(address: str) -> bool:
    """Whether a connection may be made to that IP: a public one; this machine in the demo and the tests."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return (found.is_global and not found.is_multicast) or (settings.DEMO and found.is_loopback)


def _checked(sock: Any) -> Any:
    """The peer is looked at once connected and before a byte is sent: a name that changes its address changes nothing."""
    if not is_open_address(sock.getpeername()[0]):
        sock.close()
        raise ForbiddenAddressError("an address of a private network")
    return sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> Any:
        return _checked(super()._new_conn())


class _TLSConnection(HTTPSConnection):
    def _new_conn(self) -> Any:
        return _checked(super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


class GuardedSession(requests.Session):
    """No proxy nor password of the machine, no redirection, each answer bounded in size and time."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        check_address(url)
        kwargs |= {
            "timeout": settings.SOCIALACCOUNT_REQUESTS_TIMEOUT,
            "allow_redirects": False,
            "stream": True,
        }
        response = super().request(method, url, *args, **kwargs)
        try:
            if response.is_redirect:
                raise OddAnswerError("a redirection")
            response._content = _bounded(response)
        finally:
            response.close()
        return response


def _bounded(response: requests.Response) -> bytes:
    deadline = time.monotonic() + MOST_SECONDS_FACTOR * settings.SOCIALACCOUNT_REQUESTS_TIMEOUT
    read = bytearray()
    while chunk := _chunk(response):
        read += chunk
        if len(read) > MOST_BYTES:
            raise OddAnswerError("too long")
        if time.monotonic() > deadline:
            raise requests.Timeout("too slow")
    return bytes(read)


def _chunk(response: requests.Response) -> bytes:
    """What has come, at most 64 kB; urllib3's failures under requests' names."""
    try:
        found: bytes = response.raw.read1(65536, decode_content=True)
    except ReadTimeoutError as error:
        raise requests.Timeout("no answer in time") from error
    except (HTTPError, OSError) as error:
        raise requests.ConnectionError("cut short") from error
    return found


def read_object(response: requests.Response) -> dict[str, Any]:
    """Its JSON object. Refuses (requests' own errors, TypeError) another status than 200 and another shape."""
    response.raise_for_status()
    if response.status_code != 200:
        raise OddAnswerError(f"answered {response.status_code}")
    found = response.json()
    if not isinstance(found, dict):
        raise TypeError("The answer is not a JSON object")
    return found
