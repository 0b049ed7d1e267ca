"""The port of the demo: the wanted one, or the next that is free."""

import errno
import socket

from portal.demo.layout import ServiceError
from portal.demo.processes import listener_of

TRIED = 50
LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def choose_port(wanted: int, *, taken: frozenset[int] = frozenset()) -> tuple[int, str | None]:
    """(port, who holds the wanted one: a sentence, or None when it was free). Refuses (ServiceError) when none is.

    `taken`: chosen for another child, which does not listen yet.
    """
    for port in range(wanted, min(wanted + TRIED, 65536)):
        if port not in taken and _is_free(port):
            return port, None if port == wanted else _complaint(wanted, port)
    raise ServiceError(
        f"Aucun port libre entre {wanted} et {wanted + TRIED - 1} : donnez-en un autre, « make demo PORT=9000 »."
    )


def _complaint(wanted: int, port: int) -> str:
    holder = listener_of(wanted)
    who = f"par {holder}" if holder else "par un autre programme"
    return f"Le port {wanted} est pris {who} : Trousseau ouvre le port {port}."


def _is_free(port: int) -> bool:
    """On both loopbacks: « localhost » may mean either one to a browser."""
    for family, address in LOOPBACKS:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):  # this machine has no IPv6
                return False
    return True
