"""Whether the civil identity behind an RPPS number is certified: what the codes of TRE_R31 are worth here.

TRE_R31_StatutEtatCivil, JDV_J111 v20250131 (ANS). The codes are the ANS's, what they are worth is ours. The open files and
the open API carry none: only restricted data and API PSI do.
"""

from django.db.models import TextChoices


class Certification(TextChoices):
    UNKNOWN = "unknown", "inconnu : les données en libre accès ne le donnent pas"
    CERTIFIED = "certified", "certifié"
    PENDING = "pending", "certification demandée"
    NOT_CERTIFIED = "not_certified", "non certifié"
    NOT_CERTIFIABLE = "not_certifiable", "non certifiable"


CIVIL_STATUSES = {
    "C": Certification.CERTIFIED,  # by INSEE
    "FC": Certification.CERTIFIED,  # by FranceConnect, since 2021-11-26
    "FCP": Certification.CERTIFIED,  # by FranceConnect+, since 2025-01-31
    "DI": Certification.PENDING,
    "AC": Certification.PENDING,  # forced by the counter
    "NCI": Certification.NOT_CERTIFIED,  # registration at INSEE under way
    "AN": Certification.NOT_CERTIFIED,  # request cancelled
    "NC": Certification.NOT_CERTIFIABLE,
}


def certification_of(civil_status: str) -> Certification:
    """What that code is worth; unknown without a code, and for one that is not of the list."""
    return CIVIL_STATUSES.get(civil_status, Certification.UNKNOWN)
