"""The two contracts that the one engine obeys: where each endpoint is, what a request must hold, who signs in there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from portal.sandbox import provider_people, psc_people
from portal.sandbox.persona import Persona

REALM = "/auth/realms/esante-wallet"
ENDPOINTS = {
    "token": "/protocol/openid-connect/token",
    "userinfo": "/protocol/openid-connect/userinfo",
    "introspection": "/protocol/openid-connect/token/introspect",
    "revocation": "/protocol/openid-connect/revoke",
    "end_session": "/protocol/openid-connect/logout",
    "jwks": "/protocol/openid-connect/certs",
}


@dataclass(frozen=True)
class Contract:
    """`name` is `psc` or `idp/<name>`. `only_acr`: the one acr_values taken, None when any goes."""

    name: str
    title: str
    issuer: str
    authorization_endpoint: str
    choice_path: str
    people: Mapping[str, Persona]
    scopes: frozenset[str]
    only_acr: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    def endpoint(self, name: str) -> str:
        return self.issuer + ENDPOINTS[name]


def psc(port: str) -> Contract:
    """The issuer and the sign-in page are on two hosts, as published: neither is derived from the other."""
    return Contract(
        name="psc",
        title="Pro Santé Connect simulé",
        issuer=f"http://127.0.0.1:{port}{REALM}",
        authorization_endpoint=f"http://localhost:{port}/auth",
        choice_path="/auth/choix",
        people=psc_people.PEOPLE,
        scopes=frozenset({"openid", "scope_all"}),
        only_acr="eidas1",
    )


def group_provider(port: str, name: str) -> Contract:
    """Any name is a provider, with the same people under the same `sub`: only the issuer tells two of them apart."""
    issuer = f"http://127.0.0.1:{port}/idp/{name}"
    return Contract(
        name=f"idp/{name}",
        title=f"Fournisseur d'identité « {name} » simulé",
        issuer=issuer,
        authorization_endpoint=f"{issuer}/protocol/openid-connect/auth",
        choice_path=f"/idp/{name}/choix",
        people=provider_people.PEOPLE,
        scopes=frozenset({"openid"}),
        claims={"tid": str(uuid5(NAMESPACE_URL, issuer))},
    )
