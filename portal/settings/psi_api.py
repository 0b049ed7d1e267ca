"""API PSI (Pro Santé Identité) of the ANS. One address for the portal; each group has its own key (room identities.psi)."""

import os

PSI_API_URL = os.environ.get("PSI_API_URL", "https://psi-partenaire.gateway.api.esante.gouv.fr").rstrip("/")
# Seconds, of a whole call. Nothing is published on how long one takes: it asks the RNIPP, the RPPS, the address service.
PSI_API_TIMEOUT = float(os.environ.get("PSI_API_TIMEOUT", "30"))
# Calls of one group in any second. No limit is published: ours.
PSI_API_CALLS_PER_SECOND = int(os.environ.get("PSI_API_CALLS_PER_SECOND", "5"))
