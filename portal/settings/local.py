"""The demo and a developer's machine: services embedded by `manage.py demo`, their addresses in its `environment` file."""

import os
from pathlib import Path

from portal.demo.environment import home_of, read_environment

for _name, _value in read_environment(home_of(Path(__file__).resolve().parents[2])).items():
    os.environ.setdefault(_name, _value)

_sandbox = os.environ.get("SANDBOX_URL", "")
if (
    _sandbox
):  # portal/sandbox plays Pro Santé Connect (same paths, the wallet under another host name) and the Annuaire
    os.environ.setdefault("PSC_ISSUER", f"{_sandbox}/auth/realms/esante-wallet")
    os.environ.setdefault("PSC_AUTHORIZATION_ENDPOINT", f"{_sandbox.replace('127.0.0.1', 'localhost')}/auth")
    os.environ.setdefault("PSC_CLIENT_ID", "trousseau-bas")
    os.environ.setdefault("PSC_CLIENT_SECRET", "secret-du-bac-a-sable")
    os.environ.setdefault("DIRECTORY_API_URL", f"{_sandbox}/fhir/v2")
    os.environ.setdefault("PSI_API_URL", f"{_sandbox}/psi")
    os.environ.setdefault("DIRECTORY_API_KEY", "cle-du-bac-a-sable")

from .base import *  # noqa: E402, F403
from .base import HOME  # noqa: E402

DEMO = True
RPPS_CHECKSUM_STRICT = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True  # no collectstatic before the demo
