"""allauth's OpenID Connect, fed from our row instead of its tables, with every check that it leaves out.

Stock allauth 65 skips the signature of a token that came directly, sends no nonce, takes the algorithm that the token names,
and lets the address of the way out change scopes and parameters. Sources of the checks: OpenID Connect Core 1.0 3.1.3.7,
RFC 9207, RFC 7636.
"""

import hmac
from typing import Any
from urllib.parse import quote

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests import Response
from requests.auth import HTTPBasicAuth

from tenants.identity_providers.connections import Connection, carried
from tenants.identity_providers.oidc.discovery import metadata
from tenants.identity_providers.oidc.keys import key_of
from tenants.identity_providers.oidc.session import GuardedSession, check_address, read_object
from tenants.sign_in.refusals import NAMELESS, NOT_RECOGNISED, STATE, UNVERIFIED, DoorShutError

REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
LONGEST_SUBJECT = 255  # OpenID Connect Core, section 2
SCOPES = ["openid", "profile", "email"]


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Where allauth asks for its application and its way to the network."""

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """The provider that the view has read in the group's door; a row that is never saved."""
        found = carried(request)
        if found.key != provider:
            raise SocialApp.DoesNotExist
        return SocialApp(
            provider=OpenIDConnectProvider.id, provider_id=found.key, name=found.door,
            client_id=found.provider.client_id, secret=found.secret,
            settings={
                "server_url": found.provider.issuer, "oauth_pkce_enabled": True,
                "scope": [*SCOPES, *found.provider.extra_scopes],
            },
        )  # fmt: skip

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> "GroupProvider":
        return GroupProvider(request, app=self.get_app(request, provider, client_id))

    def get_requests_session(self) -> GuardedSession:
        return GuardedSession()


class GroupClient(OAuth2Client):
    """The exchange of a code, with a cause for each refusal."""

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> dict[str, Any]:
        door = carried(self.request).door
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        form |= {"code_verifier": pkce_code_verifier}
        auth = None
        if self.basic_auth:  # RFC 6749 2.3.1: both are form-encoded first
            auth = HTTPBasicAuth(quote(self.consumer_key, safe=""), quote(self.consumer_secret, safe=""))
        else:
            form |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        with get_adapter().get_requests_session() as session:
            answer = session.post(self.access_token_url, data=form, auth=auth)
        if answer.status_code == 400:
            word = _error_of(answer)
            raise DoorShutError(STATE if word == "invalid_grant" else NOT_RECOGNISED, door, word)
        if answer.status_code in {401, 403}:
            cause = f"échange du code : {answer.status_code} {_error_of(answer)}"
            raise DoorShutError(NOT_RECOGNISED, door, cause)
        return read_object(answer)


def _error_of(answer: Response) -> str:
    """The standard error word, never the free text beside it."""
    try:
        word = str(answer.json()["error"])
    except (KeyError, TypeError, ValueError):
        return "sans motif"
    return word[:40] if word.replace("_", "").isalnum() else "sans motif"


class GroupOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter on the checked discovery document, and one address to come back to per group."""

    client_class = GroupClient

    @property
    def connection(self) -> Connection:
        return carried(self.request)

    @property
    def openid_config(self) -> dict[str, Any]:
        return metadata(self.connection.provider.issuer)

    @property
    def basic_auth(self) -> bool:
        """By form when it is offered; Basic otherwise, which a document that says nothing means."""
        offered = self.openid_config.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_post" not in offered

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return return_address(self.connection.group_slug)

    def verified_claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token signed by its issuer, for us, now, for this very request.

        Refuses (jwt.PyJWTError, DoorShutError) anything else.
        """
        client_id = self.connection.provider.client_id
        key = key_of(id_token, self.openid_config["jwks_uri"])
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=[key.algorithm_name],
            audience=client_id,
            issuer=self.connection.provider.issuer,
            leeway=settings.GROUP_PROVIDER_LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise self.shut("nonce d'une autre demande")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if several else client_id) != client_id:
            raise self.shut("azp d'un autre client")
        if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or not claims["sub"].isprintable():
            raise DoorShutError(NAMELESS, self.connection.door, "sub vide, trop long ou illisible")
        return claims

    def user_information(self, access_token: object, claims: dict[str, Any]) -> dict[str, Any]:
        """What the user information endpoint adds, of the same person. Nothing when the provider has none."""
        address = self.openid_config.get("userinfo_endpoint")
        if not address or not isinstance(access_token, str):
            return {}
        check_address(address)
        with get_adapter().get_requests_session() as session:
            answer = session.get(address, headers={"Authorization": f"Bearer {access_token}"})
        if answer.headers.get("content-type", "").lower().startswith("application/jwt"):
            answer.raise_for_status()
            key = key_of(answer.text, self.openid_config["jwks_uri"])
            found = jwt.decode(
                answer.text, key, algorithms=[key.algorithm_name], audience=self.connection.provider.client_id,
                issuer=self.connection.provider.issuer,
            )  # fmt: skip
        else:
            found = read_object(answer)
        if found.get("sub") != claims["sub"]:
            raise self.shut("userinfo d'une autre personne que l'id_token")
        return found

    def shut(self, cause: str) -> DoorShutError:
        return DoorShutError(UNVERIFIED, self.connection.door, cause)


class GroupProvider(OpenIDConnectProvider):
    """allauth's provider, with our adapter."""

    oauth2_adapter_class = GroupOAuth2Adapter

    def get_callback_url(self) -> str:
        return return_address(carried(self.request).group_slug)


def return_address(group_slug: str) -> str:
    """What an administrator declares to their provider, to the character."""
    path = reverse("identity_providers:callback", kwargs={"group_address": group_slug})
    return f"{settings.PUBLIC_URL}{path}"
