"""What a person may do of a message."""

from portal.dispatch.models import Message
from portal.dispatch.states import MessageState
from portal.foundation.errors import DomainError


def check_can_settle(message: Message) -> None:
    """Refuses (DomainError) a message that does not wait for a person."""
    if not can_settle(message):
        raise DomainError(
            f"Message {message.pk} is {message.state}",
            "Cet envoi a repris entre-temps : rechargez la page pour voir où il en est.",
        )


def can_settle(message: Message) -> bool:
    """Whether « réessayer » and « abandonner » are offered."""
    return message.state == MessageState.TO_HANDLE
