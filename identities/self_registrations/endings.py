"""A path that ends: its state once, and nothing kept of what only served to lead there."""

from typing import Any

from identities.self_registrations.models import ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.states import PATH_TRANSITIONS, PathState
from portal.foundation.clock import now

GONE = "Cet auto-enregistrement vient de changer : rechargez la page."


def end_path(path: SelfRegistration, state: PathState) -> None:
    """Moves it there, and forgets its remarks and where its links and codes went. Refuses (TransitionError) twice."""
    PATH_TRANSITIONS.move_one(path, state, GONE, ended_at=now(), sealed_remarks="")
    PersonalLink.objects.filter(registration=path).update(sent_to="")
    ContactCode.objects.filter(registration=path).update(value="", code_hash="")


def revoke_links(path: SelfRegistration, **which: Any) -> None:
    """They open nothing more."""
    PersonalLink.objects.filter(registration=path, revoked_at=None, **which).update(revoked_at=now())
