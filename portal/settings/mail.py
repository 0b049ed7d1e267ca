"""Outgoing mail: SMTP by EMAIL_URL (`smtp://user:pw@host:587?tls=1`); the demo writes files instead."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

_url = urlsplit(os.environ.get("EMAIL_URL", "smtp://localhost:25"))
_query = parse_qs(_url.query)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _url.hostname or "localhost"
EMAIL_PORT = _url.port or 25
EMAIL_HOST_USER = unquote(_url.username or "")
EMAIL_HOST_PASSWORD = unquote(_url.password or "")
EMAIL_USE_TLS = _query.get("tls") == ["1"]
EMAIL_USE_SSL = _query.get("ssl") == ["1"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Trousseau <ne-pas-repondre@localhost>")
# Where mails that cannot be delivered come back (`retours@portail.example.org`, with + addresses); empty: to the sender.
BOUNCE_ADDRESS = os.environ.get("BOUNCE_ADDRESS", "")
# Who signs the reports of mails that came back, posted to /courriels/retours/: newest first, commas between; none: shut.
BOUNCE_WEBHOOK_SECRETS = [one for one in os.environ.get("BOUNCE_WEBHOOK_SECRETS", "").split(",") if one]
