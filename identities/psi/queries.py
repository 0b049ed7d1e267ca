"""Reads of the connection: what the screen shows, and whether a call may leave now."""

from dataclasses import dataclass
from datetime import timedelta

from identities.psi.models import Connection
from identities.psi.rules import can_send
from portal.foundation.clock import now
from portal.foundation.secrets import decrypt
from portal.foundation.tenancy import current_tenant, group_wide

STOPPED_WAIT = timedelta(minutes=30)  # resuming brings everything forward


@dataclass(frozen=True)
class Leave:
    """Whether a call may leave now; else why not, in French, and when to ask again."""

    allowed: bool
    why: str = ""
    wait: timedelta = timedelta(0)


def connection_of_group() -> Connection | None:
    """That of the current door's group; from a site's door too, since one connection carries the requests of all sites."""
    if current_tenant().establishment_ids is None:
        return _only_one()
    with group_wide("the connection of the group carries the requests of each site"):
        return _only_one()


def _only_one() -> Connection | None:
    """Without an order: by the key of the group, not by that of every connection."""
    return next(iter(Connection.objects.all()[:1]), None)


def leave_to_send(*, heeds_pause: bool = True) -> Leave:
    """Whether this group may call API PSI now. During a pause nothing leaves; at its end one call is tried."""
    connection = connection_of_group()
    if connection is None or not connection.sealed_key:
        return Leave(
            False, "Aucune clé Pro Santé Identité n'est enregistrée : voir « Connexion PSI ».", STOPPED_WAIT
        )
    if not can_send(connection):
        return Leave(
            False, f"Envois arrêtés par {connection.stopped_by_name} : {connection.stop_reason}", STOPPED_WAIT
        )
    moment = now()
    if heeds_pause and connection.paused_until and connection.paused_until > moment:
        return Leave(
            False,
            f"En pause après {connection.failures_in_row} échecs : {connection.last_failure}",
            connection.paused_until - moment,
        )
    return Leave(True)


def sending_key() -> str:
    """The group's key, in clear, for the wire only. Refuses (AttributeError) a group without a connection."""
    connection = Connection.objects.get()
    return decrypt(connection.sealed_key)
