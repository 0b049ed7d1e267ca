"""What an administrator's own try brought back: kept in their session, shown once to them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from tenants.identity_providers.claims import (
    believed_email,
    is_elsewhere,
    mapped_rights,
    values_of,
    why_not_believed,
)
from tenants.identity_providers.connections import Connection
from tenants.identity_providers.factors import Verdict
from tenants.sign_in.refusals import DoorShutError

KEPT = "provider_trial"
MOST_NAMES = 60


def keep_trial(
    request: HttpRequest,
    connection: Connection,
    *,
    claims: Mapping[str, Any] | None = None,
    verdict: Verdict | None = None,
    error: DoorShutError | None = None,
) -> None:
    """Names of claims, and the values that rules and mappings read; no other value."""
    kept: dict[str, Any] = {"group_slug": connection.group_slug}
    if error is not None:
        kept |= {"refusal": error.french, "advice": error.advice, "cause": error.cause}
    if claims is not None and verdict is not None:
        kept |= _read(connection, claims, verdict)
    request.session[KEPT] = kept


def _read(connection: Connection, claims: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    mapped = sorted(connection.mapped_claims)
    rights = mapped_rights(claims, connection.mappings)
    return {
        "names": sorted(str(one)[:60] for one in claims)[:MOST_NAMES],
        "amr": values_of(claims, "amr")[:30],
        "acr": str(claims.get("acr") or "")[:100],
        "proved": verdict.proved,
        "because": verdict.because,
        "words": verdict.words,
        "address": _about_address(connection, claims),
        "address_is_good": bool(believed_email(claims, connection.provider)),
        "mapped": [(name, [one[:200] for one in values_of(claims, name)][:30]) for name in mapped],
        "elsewhere": is_elsewhere(claims, mapped),
        "roles": [role.label for role in rights],
    }


def _about_address(connection: Connection, claims: Mapping[str, Any]) -> str:
    if believed_email(claims, connection.provider):
        return "vérifiée, d'un domaine du groupe"
    return why_not_believed(claims, connection.provider)


def kept_trial(request: HttpRequest, group_slug: str) -> dict[str, Any]:
    """The last one of this session for that group; empty when there is none."""
    kept: dict[str, Any] = request.session.get(KEPT) or {}
    return kept if kept.get("group_slug") == group_slug else {}
