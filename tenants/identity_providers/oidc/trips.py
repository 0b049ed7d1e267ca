"""One way out to a provider, and back: a state that serves once, ten minutes, for that provider only; a nonce; PKCE."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from tenants.identity_providers.claims import missing_claims
from tenants.identity_providers.connections import Connection, carry
from tenants.identity_providers.oidc.adapters import GroupOAuth2Adapter
from tenants.identity_providers.oidc.causes import causes_in_french
from tenants.sign_in.refusals import CANCELLED, PROVIDER_ERROR, STATE, UNVERIFIED, DoorShutError

LOGIN, LINK, TRIAL = "login", "link", "trial"


@dataclass(frozen=True)
class Trip:
    """What was kept on the server when the person left. `holder_id`: the account that was signed in for it, or empty."""

    nonce: str
    code_verifier: str
    purpose: str
    next: str
    invitation: str
    holder_id: str


def leave(
    request: HttpRequest, connection: Connection, purpose: str, next_url: str = "", invitation: str = ""
) -> HttpResponse:
    """Sends the browser to the provider. Refuses (DoorShutError) a provider that does not answer, or answers wrong."""
    carry(request, connection)
    nonce = token_urlsafe(32)
    asked = {"nonce": nonce}
    if connection.provider.acr_proofs:
        asked["acr_values"] = " ".join(connection.provider.acr_proofs)
    kept = {
        "nonce": nonce,
        "purpose": purpose,
        "next": next_url,
        "invitation": invitation[:200],
        "holder_id": str(request.user.pk or ""),
    }
    with causes_in_french(connection.door):
        provider = GroupOAuth2Adapter(request, connection.key).get_provider()
        return provider.redirect(request, purpose, data=kept, auth_params=asked)


class GroupCallback(OAuth2CallbackView):
    """allauth's way back up to the token, without its accounts."""

    def __init__(self, request: HttpRequest, connection: Connection) -> None:
        carry(request, connection)
        self.request, self.connection = request, connection
        self.adapter = GroupOAuth2Adapter(request, connection.key)

    def taken_trip(self) -> Trip:
        """Takes the state out of the session before anything else: it serves once, failures included."""
        state_id = self.request.GET.get("state", "")
        try:
            kept = statekit.unstash_state(self.request, state_id=state_id, provider_id=self.connection.key)
        except UpdateError as error:
            raise DoorShutError(STATE, self.connection.door, "session fermée entre-temps") from error
        if kept is None:
            raise DoorShutError(STATE, self.connection.door, "state inconnu, périmé ou déjà servi")
        data: dict[str, Any] = kept["data"]
        return Trip(code_verifier=kept["pkce_code_verifier"], **data)

    def proved_claims(self, trip: Trip) -> dict[str, Any]:
        """The claims behind this answer. Refuses (DoorShutError) whatever cannot be verified."""
        answer = self.request.GET
        with causes_in_french(self.connection.door):
            self._check_answer(answer)
            app = self.adapter.get_provider().app
            client = self.adapter.get_client(self.request, app)
            tokens = self.adapter.get_access_token_data(
                self.request, app, client, pkce_code_verifier=trip.code_verifier
            )
            id_token = tokens.get("id_token")
            if not isinstance(id_token, str):
                raise self.adapter.shut("réponse sans id_token")
            claims = self.adapter.verified_claims(id_token, trip.nonce)
            if missing_claims(claims, self.connection.mapped_claims):
                said = self.adapter.user_information(tokens.get("access_token"), claims)
                # How they signed in is said by the signed token alone.
                claims = {name: value for name, value in said.items() if name not in {"amr", "acr"}} | claims
        return claims

    def _check_answer(self, answer: Mapping[str, str]) -> None:
        """What came with the browser: the right issuer (RFC 9207), no error, a code."""
        door, issuer = self.connection.door, self.connection.provider.issuer
        promised = self.adapter.openid_config.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", "" if promised else issuer) != issuer:
            raise DoorShutError(UNVERIFIED, door, "retour d'un autre émetteur")
        if answer.get("error") == self.adapter.login_cancelled_error:
            raise DoorShutError(CANCELLED, door, "access_denied")
        if "error" in answer:
            word = answer["error"][:40]
            raise DoorShutError(PROVIDER_ERROR, door, word if word.replace("_", "").isalnum() else "erreur")
        if not answer.get("code"):
            raise DoorShutError(STATE, door, "retour sans code")
