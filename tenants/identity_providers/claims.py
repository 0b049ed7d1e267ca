"""What a provider's claims say: an address we may believe, a name, and the roles that the group has mapped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.memberships.permissions import Role
from tenants.memberships.rules import Sites

LIST_LIMIT = 500  # values of one claim that are read


def missing_claims(claims: Mapping[str, Any], mapped: Iterable[str]) -> list[str]:
    """What we read and the id_token does not say: then, and only then, the user information is asked."""
    return [name for name in ("email", *sorted(mapped)) if name not in claims]


def believed_email(claims: Mapping[str, Any], provider: IdentityProvider) -> str:
    """The address in lower case, when it is verified and of a domain of the group; empty otherwise.

    `email_verified` must be true, as a boolean. Entra does not give it: a provider that the administrator vouches for is
    believed without it; never against it.
    """
    email, verified = claims.get("email"), claims.get("email_verified")
    believed = verified is True or (provider.vouches and verified is None)
    if not isinstance(email, str) or not believed:
        return ""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 and address.rpartition("@")[2] in provider.domains else ""


def why_not_believed(claims: Mapping[str, Any], provider: IdentityProvider) -> str:
    """The cause for the journal, without the address."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or "@" not in email:
        return "aucune adresse électronique"
    if not (verified is True or (provider.vouches and verified is None)):
        return "adresse non vérifiée"
    return "domaine hors du groupe"


def full_name_of(claims: Mapping[str, Any]) -> str:
    """« given family », else `name`; empty when it says neither."""
    parts = (claims.get(one) for one in ("given_name", "family_name"))
    joined = " ".join(one.strip() for one in parts if isinstance(one, str))
    name = claims.get("name")
    found = joined.strip() or (name.strip() if isinstance(name, str) else "")
    return "".join(one for one in found if one.isprintable())[:200]


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """A claim as a list of texts, whatever its shape."""
    found = claims.get(name)
    listed = found if isinstance(found, list) else [found]
    return [str(one) for one in listed if isinstance(one, str | int)][:LIST_LIMIT]


def is_elsewhere(claims: Mapping[str, Any], mapped: Iterable[str]) -> bool:
    """Whether a mapped claim is not there but behind a reference (Entra, above 200 groups: `_claim_names`)."""
    elsewhere = claims.get("_claim_names")
    names = set(elsewhere) if isinstance(elsewhere, dict) else set()
    return any(one in names and one not in claims for one in mapped)


def mapped_rights(
    claims: Mapping[str, Any], mappings: Sequence[RoleMapping]
) -> dict[Role, tuple[Sites, UUID]]:
    """Role → its establishments (None: the whole group) and who mapped it: the sum of the rows whose value is there."""
    held: dict[Role, tuple[Sites, UUID]] = {}
    for one in mappings:
        if one.value not in values_of(claims, one.claim):
            continue
        role, sites = Role(one.role), one.establishment_ids
        if role in held:
            before, mapped_by = held[role]
            whole = before is None or sites is None
            sites = None if whole else sorted(set(before or ()) | set(sites or ()))
            held[role] = (sites, one.mapped_by_id if one.establishment_ids is None else mapped_by)
        else:
            held[role] = (sites, one.mapped_by_id)
    return held
