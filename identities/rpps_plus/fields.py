"""What is typed in the RPPS+ portal, in the order of its own form: guessed from its guide and from API PSI.

No public document lists the fields of « Enregistrer un professionnel » in order: civil identity, exercise name, contact,
establishment, activity is the order of the guide's chapters (domain facts, rpps-finess §4.4).
"""

from dataclasses import dataclass
from typing import Any

from identities.registrations.models import RegistrationRequest
from identities.registrations.routes import FunctionRoutes

GENRES = {
    "GENR01": "Activité de soin et de pharmacie",
    "GENR08": "Coordination et orientation",
    "GENR09": "Administratif ou appui à l'organisation de l'accompagnement",
    "GENR10": "Accompagnement à la vie sociale, professionnelle, éducative",
    "GENR11": "Accompagnement au soin",
    "GENR12": "Encadrement et organisation de l'accompagnement",
    "GENR13": "Médico-administratif",
    "GENR99": "Autre activité",
}
MODES = {"S": "Salarié", "L": "Libéral, indépendant", "B": "Bénévole", "I": "Indirect"}
CATEGORIES = {"C": "Civil", "E": "Étudiant", "M": "Agent public"}
SEXES = {"F": "Féminin", "M": "Masculin", "I": "Indéterminé"}


@dataclass(frozen=True)
class PortalField:
    """One box of the form: its chapter, its label, what to type, and the code beside it when the form shows one."""

    chapter: str
    label: str
    value: str
    code: str = ""


def portal_fields(request: RegistrationRequest, routes: FunctionRoutes) -> list[PortalField]:
    """Every box with its value, for a request with its person, establishment and function. Empty values are left out."""
    found = [*_identity(request), *_exercise(request), *_activity(request, routes)]
    return [one for one in found if one.value]


def _identity(request: RegistrationRequest) -> list[PortalField]:
    person, chapter = request.person, "État civil"
    abroad = not person.birth_commune_code
    return [
        PortalField(chapter, "Nom de naissance", person.birth_name.upper()),
        PortalField(chapter, "Prénoms, dans l'ordre", " ".join(person.first_names)),
        PortalField(chapter, "Sexe", SEXES.get(person.sex, "")),
        PortalField(chapter, "Date de naissance", person.birth_date_shown),
        PortalField(
            chapter, "Commune de naissance", "" if abroad else person.birth_place, person.birth_commune_code
        ),
        PortalField(chapter, "Pays de naissance", person.birth_country_code if abroad else ""),
        PortalField(chapter, "Ville de naissance à l'étranger", person.birth_place if abroad else ""),
    ]


def _exercise(request: RegistrationRequest) -> list[PortalField]:
    person, chapter = request.person, "Nom d'exercice et contact"
    return [
        PortalField(chapter, "Nom d'exercice", (person.usage_name or person.birth_name).upper()),
        PortalField(chapter, "Prénom d'exercice", person.first_names[0] if person.first_names else ""),
        PortalField(chapter, "Courriel", person.email),
        PortalField(chapter, "Mobile", person.phone_shown),
    ]


def _activity(request: RegistrationRequest, routes: FunctionRoutes) -> list[PortalField]:
    codes, chapter = routes.codes, "Activité"
    role: dict[str, Any] = (
        {"value": codes.label, "code": codes.role} if codes else {"value": request.function.label}
    )
    return [
        PortalField(chapter, "Établissement", request.establishment.name, request.establishment.finess),
        PortalField(chapter, "Date de prise de fonction", _day(request.starts_on)),
        PortalField(chapter, "Date de fin", _day(request.ends_on)),
        PortalField(chapter, "Profession", "Professionnel à rôle", codes.profession_code if codes else ""),
        PortalField(chapter, "Rôle", **role),
        PortalField(chapter, "Mode d'exercice", MODES.get(request.practice_mode, ""), request.practice_mode),
        PortalField(
            chapter, "Genre d'activité", GENRES.get(request.activity_genre, ""), request.activity_genre
        ),
        PortalField(
            chapter, "Catégorie professionnelle", CATEGORIES.get(request.category, ""), request.category
        ),
    ]


def _day(day: Any) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
