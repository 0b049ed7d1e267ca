"""What a worker does of the requests that a person sent."""

from datetime import timedelta
from uuid import UUID

from identities.registrations.operations import retry_unavailable
from identities.registrations.sending import reconcile, send
from identities.registrations.settling import API
from portal.dispatch.registry import Delivery, Result, handler, remote_handler

TIME_OUT = timedelta(minutes=2)  # above the wire's own: past it, the worker died


@remote_handler("registration.send", label="enregistrement national", reconcile=reconcile, time_out=TIME_OUT)
def send_request(delivery: Delivery) -> Result:
    """One call of API PSI."""
    return send(delivery)


@handler("registration.retry", label="partie à redemander")
def retry_request(delivery: Delivery) -> None:
    """What a service that did not answer left aside, a while later."""
    payload = delivery.payload
    retry_unavailable(actor=API, request_id=UUID(payload["request_id"]), attempt=payload["attempt"])
