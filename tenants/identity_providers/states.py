"""States of a group's identity provider."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class ProviderState(TextChoices):
    DRAFT = "draft", "brouillon"
    OPEN = "open", "ouverte"
    SUSPENDED = "suspended", "suspendue"


# Another issuer or another client is another provider: it is tried again before it opens.
PROVIDER_TRANSITIONS = Transitions(
    ProviderState,
    {
        ProviderState.DRAFT: (ProviderState.OPEN,),
        ProviderState.OPEN: (ProviderState.SUSPENDED, ProviderState.DRAFT),
        ProviderState.SUSPENDED: (ProviderState.OPEN, ProviderState.DRAFT),
    },
)
