"""What a worker does for the connection."""

from identities.psi.operations import AGAIN, LETTER
from portal.dispatch.operations import bring_forward
from portal.dispatch.registry import Delivery, handler


@handler(AGAIN, label="reprise des envois à Pro Santé Identité")
def let_go_again(delivery: Delivery) -> None:
    """A while after the sending resumed: a worker that had just read « arrêté » put its message off for half an hour."""
    bring_forward(kind=LETTER)
