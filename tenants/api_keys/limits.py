"""What a key may be limited to: told by the room that owns the routes of a scope, in its `key_limits.py`.

@limits_of(Scope.HR_PUSH, "Sources RH")
def sources() -> dict[UUID, str]: ...
"""

from collections.abc import Callable
from uuid import UUID

from tenants.api_keys.models import ApiKey, Scope

Choices = Callable[[], dict[UUID, str]]
_KNOWN: dict[Scope, tuple[str, Choices]] = {}


def limits_of(scope: Scope, label: str) -> Callable[[Choices], Choices]:
    """Registers what the keys of a scope may be limited to: ids and names, asked inside a group's door."""

    def decorate(choices: Choices) -> Choices:
        if scope in _KNOWN:
            raise ValueError(f"The limits of {scope} are told already")
        _KNOWN[scope] = (label, choices)
        return choices

    return decorate


def offered_limits() -> list[tuple[str, list[tuple[str, str]]]]:
    """By kind of limit: its label, then id and name of each."""
    return [
        (label, [(str(key), name) for key, name in choices().items()]) for label, choices in _KNOWN.values()
    ]


def spoken_limits(key: ApiKey) -> str:
    """« Paie Siège, Agence du Rhône », or that there is none; one that is no more is counted."""
    if key.limited_to is None:
        return "aucune : toutes les sources du groupe"
    names = dict(one for _, choices in offered_limits() for one in choices)
    known = [names[str(one)] for one in key.limited_to if str(one) in names]
    gone = len(key.limited_to) - len(known)
    return ", ".join([*known, *([f"{gone} qui n'existe plus"] if gone else [])])
