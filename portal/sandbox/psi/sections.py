"""The blocks beside the identity: an activity at the RPPS, a card. Each answers for itself."""

import re
from typing import Any

from portal.sandbox.psi.checks import PREFIX, Shape, is_day

_PLACES = {
    "numFINESSET": (r"\d{9}", "FINESSET"),
    "numSIRET": (r"\d{14}", "SIRET"),
    "rppsRank": (r"1\d{13}", "RPPS RANG"),
}
_CODES = {
    "professionCode": (r"\d{2}", "l'habilitation appliqué ne permet pas d'utiliser ce codeProfession"),
    "professionalCategoryCode": ("[CEM]", "La catégorie professionnelle utilise une valeure non autorisée ou inconnue."),
    "function": (r"\d{3}|FON-\d{2}", "Le Role utilise une valeure non autorisée ou inconnue."),
    "activityGenre": ("GENR(01|08|09|10|11|12|13|99)", "paramètre activityGenre utilise une valeure non autorisée"),
    "practiceMode": ("[LSBI]", "Le modeExercice utilise une valeure non autorisée ou inconnue."),
    "activityEndReason": (
        "AUT|CHA|CHL|CHP|DCD|ETR|RH|RL|RS",
        "Le motifFinActivite utilise une valeure non autorisée ou inconnue.",
    ),
}  # fmt: skip
_REQUIRED = (
    "professionCode", "professionalCategoryCode", "activityStartDate", "function", "activityGenre", "practiceMode",
    "issuingEstablishment",
)  # fmt: skip


def activity_problems(asked: Shape, numbers: list[str]) -> list[str]:
    """In the API's own words; empty when it may be written."""
    found = [f"paramètre obligatoire manquant {name}" for name in _REQUIRED if not asked.get(name)]
    found += [
        message
        for name, (pattern, message) in _CODES.items()
        if asked.get(name) and not re.fullmatch(pattern, str(asked[name]))
    ]
    places = [name for name in _PLACES if asked.get(name)]
    if len(places) > 1:
        found.append(
            "Nous avons détecté plusieurs identifiants structure (SIRET, FINESS, RPPS RANG), veuillez en utiliser qu'un seul"
        )
    elif not places:
        found.append("paramètre obligatoire manquant numFINESSET")
    elif not re.fullmatch(_PLACES[places[0]][0], str(asked[places[0]])):
        found.append(f"Le format du numéro {_PLACES[places[0]][1]} n'est pas conforme, veuillez le modifier")
    found += _date_problems(asked)
    if not numbers:
        found.append("L idPP n'existe pas au RPPS")
    return found


def _date_problems(asked: Shape) -> list[str]:
    begins, ends = asked.get("activityStartDate"), asked.get("activityEndDate")
    found = [
        f"Le format de la date doit être 'AAAA-MM-DD' (ex:2025-12-30) pour le champ : '{name}'"
        for name, day in (("dateDebutActivite", begins), ("dateFinActivite", ends))
        if day and not is_day(day)
    ]
    if not found and begins and ends and ends < begins:
        found.append("La dateFinActivite est antérieure à la date de début d'activité .")
    return found


def activity_refused(messages: list[str]) -> Shape:
    return {
        "status": 400,
        "code": f"{PREFIX}ACTIVITY_BAD_REQUEST",
        "erreurs": [{"message": one} for one in messages],
    }


def activity_done(*, is_new: bool) -> Shape:
    if is_new:
        return {"status": 201, "code": f"{PREFIX}ACTIVITY_CREATED", "message": "L'activité a été créée"}
    return {"status": 200, "code": f"{PREFIX}ACTIVITY_UPDATED", "message": "L'activité a été modifiée"}


def activity_waits() -> Shape:
    return {
        "status": 424,
        "code": f"{PREFIX}ACTIVITY_FAILED_DEPENDENCY",
        "message": "La création d'activité n'a pas pu aboutir en raison d'un échec dans la création de l'identité PSI",
    }


def failed() -> Shape:
    """In an example and the README only: the schema does not know the code."""
    return {"status": 500, "code": f"{PREFIX}ACTIVITY_FAILED", "message": "La création d'activité a échoué"}


def unavailable(name: str) -> Shape:
    """A service behind the API is down."""
    word = "ACTIVITY" if name == "activity" else "CARD_ORDER"
    return {"status": 503, "code": f"{PREFIX}{word}_SERVICE_UNAVAILABLE", "message": "Service indisponible"}


def card_refusal(name: str, asked: Shape, identifier: str) -> Shape | None:
    """Why the card is not ordered; None when it is."""
    if name == "cardOrderCps":
        if identifier.startswith("8") and re.fullmatch(r"\d{2}", str(asked.get("professionCode") or "")):
            return None
        return {
            "status": 400,
            "code": f"{PREFIX}CARD_ORDER_REFUSED_CPS",
            "message": "La commande de carte CPS a été refusée",
        }
    if _address_problem(asked):
        message = (
            "La commande de carte a été refusée car l'adresse fournie n'est pas utilisable (vous pouvez la vérifier sur"
            " https://adresse.data.gouv.fr/)"
        )
        return {"status": 400, "code": f"{PREFIX}CARD_ORDER_ADDRESS_REFUSED", "message": message}
    return None


def _address_problem(asked: Shape) -> bool:
    """As the geocoder would say: guessed from the shape of the address alone."""
    filled = {name for name, value in asked.items() if value}
    if str(asked.get("country") or "FRANCE").upper() != "FRANCE":
        return not {"addressee", "streetName", "city", "postalCode", "country"} <= filled
    unusable = "INTROUVABLE" in str(asked.get("streetName", "")).upper()
    return (
        unusable
        or not {"streetName", "city"} <= filled
        or not re.fullmatch(r"\d{5}", str(asked.get("postalCode")))
    )


def card_done(name: str, asked: Shape) -> Shape:
    done: dict[str, Any] = {
        "status": 201,
        "code": f"{PREFIX}CARD_ORDER_SUCCESSFUL",
        "message": "La commande de carte a été effectuée avec succès.",
    }
    return done | (_addressed(asked) if name == "cardOrderPsi" else {})


def card_waits(name: str, asked: Shape) -> Shape:
    waits: dict[str, Any] = {
        "status": 424,
        "code": f"{PREFIX}CARD_ORDER_FAILED_DEPENDENCY",
        "message": "La commande de carte n'a pas pu aboutir en raison d'un échec dans la création de l'identité PSI",
    }
    return waits | (_addressed(asked) if name == "cardOrderPsi" else {})


def _addressed(asked: Shape) -> Shape:
    parts = ("streetNumber", "streetName", "additionalAddress", "postalCode", "city", "country")
    whole = " ".join(str(asked[one]) for one in parts if asked.get(one))
    return {"addressee": asked.get("addressee", ""), "shippingAddress": whole}
