"""What was sent, in French and in the order of the contract: a frozen body of API PSI as a definition list."""

from collections.abc import Iterator
from typing import Any

from identities.people.models import Sex
from identities.registrations.models import ActivityEndReason
from portal.foundation.partial_dates import french_birth_date

Facts = list[tuple[str, str]]
_PARTS = (
    ("", "Identité et coordonnées"),
    ("employment", "Emploi"),
    ("activity", "Activité au RPPS"),
    ("cardOrderPsi", "Carte PSI"),
    ("cardOrderCps", "Carte CPS"),
)
_LABELS = {
    "lastName": "Nom de naissance",
    "firstNames": "Prénoms",
    "birthDate": "Date de naissance",
    "genderCode": "Sexe",
    "frenchNationality": "Nationalité française",
    "birthLocationCode": "Code du lieu de naissance",
    "birthPlace": "Ville de naissance à l'étranger",
    "professionalLastName": "Nom d'exercice",
    "email": "Courriel",
    "phone": "Mobile",
    "identifier": "Identifiant envoyé",
    "function": "Fonction",
    "issuingEstablishment": "Établissement",
    "employmentStartDate": "Début de l'emploi",
    "employmentEndDate": "Fin de l'emploi",
    "professionCode": "Profession",
    "professionalCategoryCode": "Catégorie professionnelle",
    "activityStartDate": "Début de l'activité",
    "activityEndDate": "Fin de l'activité",
    "activityEndReason": "Motif de fin",
    "activityGenre": "Genre d'activité",
    "practiceMode": "Mode d'exercice",
    "liberalActivityTypeCode": "Activité libérale",
    "numFINESSET": "FINESS de l'établissement",
    "numSIRET": "SIRET de l'établissement",
    "rppsRank": "Numéro d'établissement au RPPS",
    "addressee": "Destinataire",
    "streetNumber": "Numéro",
    "streetName": "Voie",
    "additionalAddress": "Complément",
    "postalCode": "Code postal",
    "city": "Ville",
    "country": "Pays",
}
_DATES = frozenset(
    {"birthDate", "employmentStartDate", "employmentEndDate", "activityStartDate", "activityEndDate"}
)
_TITLES = frozenset(name for name, _ in _PARTS)
_RANKS = {key: rank for rank, key in enumerate(_LABELS)}


def payload_parts(payload: dict[str, Any] | None) -> Iterator[tuple[str, Facts]]:
    """Title and facts of each part that was sent, if anything was. A key that nobody here knows is shown as it is."""
    for name, title in _PARTS:
        part = (payload or {}).get(name, {}) if name else payload or {}
        facts = [
            (_label(name, key), _words(key, part[key]))
            for key in sorted(part, key=_rank)
            if key not in _TITLES
        ]
        if facts:
            yield title, facts


def _rank(key: str) -> int:
    """Kept as JSON, a body has lost its order: that of the contract is given back."""
    return _RANKS.get(key, len(_RANKS))


def _label(part: str, key: str) -> str:
    if key == "function" and part == "activity":
        return "Rôle"
    return _LABELS.get(key, key)


def _words(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if key in _DATES:
        return french_birth_date(str(value))
    if key == "genderCode":
        return str(dict(Sex.choices).get(value, value))
    if key == "activityEndReason":
        return str(dict(ActivityEndReason.choices).get(value, value))
    return str(value)
