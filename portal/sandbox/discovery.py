"""The discovery documents. Pro Santé Connect's advertises much more than it opens to a client, and so does this one."""

from typing import Any

from portal.sandbox.contracts import Contract

KEYCLOAK_ALGORITHMS = "PS384 RS384 EdDSA ES384 HS256 HS512 ES256 RS256 HS384 ES512 PS256 PS512 RS512".split()


def document(contract: Contract) -> dict[str, Any]:
    """What `contract` publishes at its own well-known address."""
    return _endpoints(contract) | (_wallet(contract) if contract.name == "psc" else _standard(contract))


def _endpoints(contract: Contract) -> dict[str, Any]:
    return {
        "issuer": contract.issuer,
        "authorization_endpoint": contract.authorization_endpoint,
        "token_endpoint": contract.endpoint("token"),
        "introspection_endpoint": contract.endpoint("introspection"),
        "userinfo_endpoint": contract.endpoint("userinfo"),
        "end_session_endpoint": contract.endpoint("end_session"),
        "jwks_uri": contract.endpoint("jwks"),
        "revocation_endpoint": contract.endpoint("revocation"),
    }


def _wallet(contract: Contract) -> dict[str, Any]:
    """Keys as in the mock of ansforge/psc-edc-proxy-esante (2025); its odd acr_values_supported included."""
    protocol = f"{contract.issuer}/protocol/openid-connect"
    return {
        "backchannel_authentication_endpoint": f"{protocol}/ext/ciba/auth",
        "device_authorization_endpoint": f"{protocol}/auth/device",
        "pushed_authorization_request_endpoint": f"{protocol}/ext/par/request",
        "require_pushed_authorization_requests": False,
        "grant_types_supported": [
            "authorization_code", "implicit", "refresh_token", "password", "client_credentials",
            "urn:openid:params:grant-type:ciba", "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "acr_values_supported": ["0", "0"],
        "response_types_supported": [
            "code", "none", "id_token", "token", "id_token token", "code id_token", "code token", "code id_token token",
        ],
        "response_modes_supported": ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": KEYCLOAK_ALGORITHMS,
        "userinfo_signing_alg_values_supported": [*KEYCLOAK_ALGORITHMS, "none"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "scopes_supported": (
            "openid microprofile-jwt rpps referentiel web-origins basic identity acr offline_access eidas1 profile roles "
            "email scope_all phone interop scope_1 address scope_2 eidas2"
        ).split(),
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt", "client_secret_basic", "client_secret_post", "tls_client_auth", "client_secret_jwt",
        ],
        "tls_client_certificate_bound_access_tokens": True,
        "mtls_endpoint_aliases": {
            "token_endpoint": contract.endpoint("token"),
            "userinfo_endpoint": contract.endpoint("userinfo"),
        },
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "authorization_response_iss_parameter_supported": True,
    }  # fmt: skip


def _standard(contract: Contract) -> dict[str, Any]:
    return {
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": (
            "iss sub aud exp iat auth_time nonce acr amr sid tid oid name given_name family_name preferred_username "
            "email email_verified groups roles"
        ).split(),
        "authorization_response_iss_parameter_supported": True,
    }


def misplaced(published: dict[str, Any]) -> dict[str, Any]:
    """The same document after a move that nobody was told of: token, keys and sign-in page elsewhere."""
    moved = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    return published | {name: f"{published[name]}-nouveau" for name in moved}
