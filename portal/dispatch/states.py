"""States of a message, and the ways it may end."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class MessageState(TextChoices):
    PENDING = "pending", "en attente"
    IN_FLIGHT = "in_flight", "envoi en cours"
    UNKNOWN = "unknown", "résultat inconnu"
    TO_HANDLE = "to_handle", "à traiter"


MESSAGE_TRANSITIONS = Transitions(
    MessageState,
    {
        MessageState.PENDING: (MessageState.IN_FLIGHT, MessageState.TO_HANDLE),
        MessageState.IN_FLIGHT: (MessageState.PENDING, MessageState.UNKNOWN, MessageState.TO_HANDLE),
        MessageState.UNKNOWN: (MessageState.PENDING, MessageState.TO_HANDLE),
        MessageState.TO_HANDLE: (MessageState.PENDING,),
    },
)


class Outcome(TextChoices):
    DONE = "done", "fait"
    NO_TARGET = "no_target", "sans cible"
    GIVEN_UP = "given_up", "abandonné"
