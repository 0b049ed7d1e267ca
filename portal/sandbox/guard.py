"""The stand-in gives anyone any identity: it starts beside the demo and the tests only."""

from collections.abc import Mapping

ALLOWED = ("portal.settings.local", "portal.settings.test")


def refusal(environment: Mapping[str, str]) -> str | None:
    """Why the stand-in does not start here, in French; None when it may.

    An environment that says nothing is production, as for portal.wsgi and portal.celery.
    """
    if environment.get("DJANGO_SETTINGS_MODULE") not in ALLOWED:
        return (
            "Le bac à sable ne démarre qu'avec les réglages de la démonstration ou des tests : "
            "donnez DJANGO_SETTINGS_MODULE=portal.settings.local."
        )
    if environment.get("TLS_TERMINATION") or environment.get("PUBLIC_URL", "").startswith("https://"):
        return "Le bac à sable ne démarre pas à côté d'un portail de production (TLS_TERMINATION ou PUBLIC_URL en https)."
    return None
