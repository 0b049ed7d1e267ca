"""Where a professional registers by themself (RPPS+ portal, FranceConnect): opened by the person, never by the portal.

The entrance that the ANS publishes for it (esante.gouv.fr/enreg, « Réaliser vous-même votre enregistrement »).
"""

import os

SELF_REGISTRATION_URL = os.environ.get("SELF_REGISTRATION_URL", "https://esante.gouv.fr/enreg")
