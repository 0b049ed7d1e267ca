"""Pro Santé Connect: endpoints as the ANS publishes them, compared with its discovery document by `manage.py check_psc`.

The authorization host is not the issuer's: none is derived from another. OIDC_… are read by mozilla-django-oidc.
"""

import os

_SUFFIXES = {
    "TOKEN": "/protocol/openid-connect/token",
    "USERINFO": "/protocol/openid-connect/userinfo",
    "JWKS": "/protocol/openid-connect/certs",
    "END_SESSION": "/protocol/openid-connect/logout",
}
_ENVIRONMENTS = {
    "bas": (
        "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet",
        "https://wallet.bas.psc.esante.gouv.fr/auth",
    ),
    "prod": (
        "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet",
        "https://wallet.esw.esante.gouv.fr/auth",
    ),
}
_issuer, _authorization = _ENVIRONMENTS[os.environ.get("PSC_ENVIRONMENT", "prod")]

PSC_ISSUER = os.environ.get("PSC_ISSUER", _issuer)
PSC_DISCOVERY = os.environ.get("PSC_DISCOVERY", f"{PSC_ISSUER}/.well-known/wallet-openid-configuration")
OIDC_OP_AUTHORIZATION_ENDPOINT = os.environ.get("PSC_AUTHORIZATION_ENDPOINT", _authorization)
OIDC_OP_TOKEN_ENDPOINT = os.environ.get("PSC_TOKEN_ENDPOINT", PSC_ISSUER + _SUFFIXES["TOKEN"])
OIDC_OP_USER_ENDPOINT = os.environ.get("PSC_USERINFO_ENDPOINT", PSC_ISSUER + _SUFFIXES["USERINFO"])
OIDC_OP_JWKS_ENDPOINT = os.environ.get("PSC_JWKS_ENDPOINT", PSC_ISSUER + _SUFFIXES["JWKS"])
PSC_END_SESSION_ENDPOINT = os.environ.get("PSC_END_SESSION_ENDPOINT", PSC_ISSUER + _SUFFIXES["END_SESSION"])

OIDC_RP_CLIENT_ID = os.environ.get("PSC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = os.environ.get("PSC_CLIENT_SECRET", "")
# Files of the client's TLS certificate (IGC-Santé, ORG AUTH_CLI) and of its key; then no secret is sent.
PSC_CLIENT_CERTIFICATE = (os.environ.get("PSC_CLIENT_CERT", ""), os.environ.get("PSC_CLIENT_KEY", ""))
PSC_ENABLED = bool(OIDC_RP_CLIENT_ID)

# As declared to the ANS, to the character; empty: the public address and the callback's path.
PSC_REDIRECT_URI = os.environ.get("PSC_REDIRECT_URI", "")
# Levels that we take. Card holders come back with eidas3 although eidas1 is asked for: never ask for equality.
_accepted = os.environ.get("PSC_ACR_ACCEPTED", "eidas1,eidas2,eidas3").split(",")
PSC_ACR_ACCEPTED = {one.strip() for one in _accepted} - {""}
PSC_STATE_SECONDS = 600
PSC_LEEWAY_SECONDS = 30

OIDC_AUTHENTICATION_CALLBACK_URL = "sign_in:psc_callback"
OIDC_CREATE_USER = False
OIDC_RP_SCOPES = "openid scope_all"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_TIMEOUT = float(os.environ.get("PSC_TIMEOUT", "5"))  # seconds, for each of the three calls
