"""The Annuaire Santé API (FHIR v2, open data). Without a key it is off, and only the loaded files are compared.

The key comes from the ANS portal (portal.api.esante.gouv.fr, open-access Annuaire API) and is one for the whole portal: the
calls of all groups and all workers share its budget.
"""

import os

DIRECTORY_API_URL = os.environ.get("DIRECTORY_API_URL", "https://gateway.api.esante.gouv.fr/fhir/v2").rstrip(
    "/"
)
DIRECTORY_API_KEY = os.environ.get("DIRECTORY_API_KEY", "")
DIRECTORY_API_TIMEOUT = float(
    os.environ.get("DIRECTORY_API_TIMEOUT", "30")
)  # seconds, the server's own limit
DIRECTORY_API_CALLS_PER_SECOND = 17  # of one application, as published
