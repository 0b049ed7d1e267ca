"""Groups' own identity providers, by allauth's OpenID Connect (portal/decisions/0009-group-provider.md).

What each of them is stands in the database, group by group; here is what holds for all.
"""

import os

SOCIALACCOUNT_ADAPTER = "tenants.identity_providers.oidc.adapters.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = float(
    os.environ.get("GROUP_PROVIDER_TIMEOUT", "5")
)  # seconds, for each call
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}

GROUP_PROVIDER_LEEWAY_SECONDS = 60
GROUP_PROVIDER_CACHE_SECONDS = 600  # its discovery document and its keys
