"""« Essayer » : what is right and wrong in what a provider says of itself, one French sentence each."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tenants.identity_providers.oidc.causes import causes_in_french
from tenants.identity_providers.oidc.discovery import ENDPOINTS, address_of, fetched, forget
from tenants.identity_providers.oidc.keys import ALGORITHMS, can_sign, published
from tenants.identity_providers.oidc.session import ForbiddenAddressError, check_address
from tenants.sign_in.refusals import DoorShutError

OK, WARN, BAD = "ok", "warn", "bad"
SPOKEN_ENDPOINTS = {
    "authorization_endpoint": "la page de connexion",
    "token_endpoint": "l'échange du code",
    "jwks_uri": "les clés de signature",
}


@dataclass(frozen=True)
class Finding:
    """`level`: ok, warn (works, but read it) or bad (the door cannot open)."""

    level: str
    text: str

    @property
    def stored(self) -> dict[str, str]:
        return asdict(self)


def is_sound(findings: Sequence[Finding]) -> bool:
    return bool(findings) and all(one.level != BAD for one in findings)


def examine(issuer: str, door: str) -> list[Finding]:
    """Reads the provider's document and keys over the network, outside of any transaction."""
    forget(issuer)
    try:
        with causes_in_french(door):
            document = fetched(issuer)
    except DoorShutError as error:
        return [
            Finding(BAD, f"{address_of(issuer)} n'a pas donné de document de découverte : {error.cause}.")
        ]
    found = [Finding(OK, f"Le document de découverte répond à {address_of(issuer)}.")]
    found += [*_identity(issuer, document), *_addresses(document), *_methods(document), *_hints(document)]
    return found + _keys(document, door)


def _identity(issuer: str, document: dict[str, Any]) -> Iterator[Finding]:
    said = document.get("issuer")
    if said == issuer:
        yield Finding(OK, "Il se nomme comme vous l'avez écrit.")
    else:
        shown = str(said)[:200] if isinstance(said, str) else "rien"
        yield Finding(
            BAD,
            f"Il se nomme « {shown} » : corrigez l'adresse de découverte pour qu'elle soit la même, au caractère près.",
        )


def _addresses(document: dict[str, Any]) -> Iterator[Finding]:
    for name in ENDPOINTS:
        said = document.get(name)
        if not isinstance(said, str):
            yield Finding(BAD, f"Il ne donne pas l'adresse pour {SPOKEN_ENDPOINTS[name]} ({name}).")
            continue
        try:
            check_address(said)
        except ForbiddenAddressError:
            yield Finding(BAD, f"L'adresse pour {SPOKEN_ENDPOINTS[name]} n'est pas en https : {said[:200]}")


def _methods(document: dict[str, Any]) -> Iterator[Finding]:
    if "S256" in _list(document, "code_challenge_methods_supported"):
        yield Finding(OK, "Il annonce PKCE avec S256.")
    else:
        yield Finding(
            BAD, "Il n'annonce pas PKCE avec S256 : activez-le pour ce client, ou mettez-le à jour."
        )
    signed = set(ALGORITHMS) & set(_list(document, "id_token_signing_alg_values_supported"))
    if signed:
        yield Finding(OK, f"Il signe par {' ou '.join(sorted(signed))}.")
    else:
        yield Finding(BAD, "Il ne signe ni par RS256 ni par ES256 : choisissez l'un des deux pour ce client.")
    offered = _list(document, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if not {"client_secret_basic", "client_secret_post"} & set(offered):
        yield Finding(
            BAD,
            "Il n'accepte pas le secret du client : choisissez client_secret_post ou client_secret_basic.",
        )
    if "code" not in (_list(document, "response_types_supported") or ["code"]):
        yield Finding(BAD, "Il ne connaît pas le parcours par code d'autorisation (response_type=code).")


def _hints(document: dict[str, Any]) -> Iterator[Finding]:
    said = _list(document, "claims_supported")
    if said and not {"amr", "acr"} & set(said):
        yield Finding(
            WARN, "Il n'annonce ni amr ni acr : sans l'une des deux, personne ne peut prouver ses deux facteurs. "
            "Essayez de vous connecter pour voir ce qu'il envoie."
        )  # fmt: skip
    if said and "email_verified" not in said:
        yield Finding(
            WARN,
            "Il n'annonce pas email_verified : si ses adresses sont sûres, cochez « fait foi pour ses domaines ».",
        )


def _keys(document: dict[str, Any], door: str) -> list[Finding]:
    address = document.get("jwks_uri")
    if not isinstance(address, str):
        return []
    try:
        with causes_in_french(door):
            keys = published(address)
    except DoorShutError as error:
        return [Finding(BAD, f"Ses clés de signature ne se lisent pas : {error.cause}.")]
    usable = sum(any(can_sign(one, name) for name in ALGORITHMS) for one in keys)
    if not usable:
        return [Finding(BAD, "Il ne publie aucune clé de signature RSA ou EC.")]
    return [Finding(OK, f"Il publie {usable} clé{'s' * (usable > 1)} de signature.")]


def _list(document: dict[str, Any], name: str) -> list[str]:
    found = document.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
