"""Every business code of API PSI: what it is worth, said in French, and what to do next.

The 35 codes are those of v0.9.1 (schema, examples and README), with three of v0.4.2 that may come back; without their
common prefix. What each is worth is ours: a code decides, the HTTP number of a block only when there is none, since the
published examples swap 200 and 201. A code that is not here is never guessed at: a person reads its text.
"""

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "E04_U010_"


class Outcome(StrEnum):
    DONE = "done"
    ALREADY = "already"  # it stands already: as good as done
    WAITING = "waiting"  # another block failed first
    TRY_LATER = "try_later"
    CORRECTION = "correction"  # a person mends what was sent
    REFUSED = "refused"
    UNREAD = "unread"  # a code or a status that nobody here knows


@dataclass(frozen=True)
class Meaning:
    """`field`: the trait or choice that the code is about, by our names; empty when it is about none or several."""

    outcome: Outcome
    sentence: str
    next_step: str = ""
    field: str = ""


def _lacks(what: str, field: str) -> Meaning:
    return Meaning(
        Outcome.CORRECTION,
        f"Pro Santé Identité n'a pas reçu {what}.",
        "Complétez la fiche, puis renvoyez.",
        field,
    )


def _wrong(what: str, advice: str, field: str) -> Meaning:
    return Meaning(Outcome.CORRECTION, f"Pro Santé Identité refuse {what}.", advice, field)


_AGAIN = "La demande repart d'elle-même un peu plus tard."
_AFTER = "Réglez d'abord ce qui a échoué : cette partie sera redemandée ensuite."
_SEND_AGAIN = "Corrigez-le sur la fiche, puis renvoyez."

_CODES = {
    # identity: what is missing
    "KO_FORMAT_REQUIRED_FIELD_LAST_NAME": _lacks("le nom de naissance", "birth_name"),
    "KO_FORMAT_REQUIRED_FIELD_FIRST_NAMES": _lacks("les prénoms", "first_names"),
    "KO_FORMAT_REQUIRED_FIELD_GENDER_CODE": _lacks("le sexe", "sex"),
    "KO_FORMAT_REQUIRED_FIELD_BIRTH_DATE": _lacks("la date de naissance", "birth_date"),
    "KO_FORMAT_REQUIRED_FIELD_BIRTH_PLACE": _lacks("le lieu de naissance", "birth_place"),
    "KO_FORMAT_REQUIRED_FIELD_EMAIL": _lacks("le courriel, obligatoire d'un établissement", "email"),
    "KO_FORMAT_REQUIRED_FIELD_PHONE": _lacks("le mobile, obligatoire d'un établissement", "phone"),
    "KO_FORMAT_REQUIRED_FIELD_PHONE_PREFIX": _lacks("l'indicatif du mobile (+33…)", "phone"),
    # identity: what is not of the right shape
    "KO_FORMAT_DATE": _wrong("une date", "Vérifiez la date de naissance et les dates demandées.", "birth_date"),
    "KO_FORMAT_GENDER": _wrong("le sexe envoyé", _SEND_AGAIN, "sex"),
    "KO_FORMAT_EMAIL": _wrong("le courriel", _SEND_AGAIN, "email"),
    "KO_FORMAT_PHONE": _wrong("le mobile", _SEND_AGAIN, "phone"),
    "KO_FORMAT_PHONE_PREFIX": _wrong("l'indicatif du mobile", _SEND_AGAIN, "phone"),
    "KO_FORMAT_ADDRESS": _wrong(
        "l'adresse de livraison", "Vérifiez-la sur adresse.data.gouv.fr, corrigez la demande, puis renvoyez.", "address"
    ),
    "KO_FORMAT_BIRTH_PLACE": _wrong("la commune de naissance", _SEND_AGAIN, "birth_place"),
    "KO_FORMAT_BIRTH_LOCATION_CODE": _wrong("le pays de naissance", _SEND_AGAIN, "birth_place"),
    "KO_FORMAT_IDENTIFIER": _wrong(
        "l'identifiant de la personne", "Vérifiez son numéro RPPS ou son identifiant, puis renvoyez.", "identifier"
    ),
    # identity: what the RNIPP says
    "KO_RNIPP_FOUND_WITH_DIVERGENCES": Meaning(
        Outcome.CORRECTION,
        "L'état civil (RNIPP) connaît cette personne avec d'autres traits que ceux envoyés.",
        "Comparez les traits, corrigez ceux qui sont faux, puis renvoyez.",
    ),
    "KO_RNIPP_SYNTAX_ERROR": Meaning(
        Outcome.CORRECTION,
        "L'état civil (RNIPP) ne peut pas lire les traits envoyés.",
        "Relisez le nom, les prénoms et la date : un signe inattendu s'y trouve. Corrigez, puis renvoyez.",
    ),
    "KO_RNIPP_NOT_FOUND": Meaning(
        Outcome.CORRECTION,
        "L'état civil (RNIPP) ne connaît personne sous ces traits.",
        "Relisez-les sur une pièce d'identité. S'ils sont justes, enregistrez la personne par le portail RPPS+.",
    ),
    "KO_IDENTITY_MISMATCH_WITH_ID_INPUT": Meaning(
        Outcome.CORRECTION,
        "Le numéro envoyé est celui de quelqu'un d'autre : ni ce nom, ni cette date de naissance.",
        "Vérifiez le numéro RPPS de la fiche, puis renvoyez.",
        "identifier",
    ),
    # identity: it exists
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID": Meaning(
        Outcome.ALREADY, "La personne avait déjà un compte Pro Santé Identité, avec un numéro RPPS."
    ),
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ONE_RPPS_ID_CARD_ORDER_REQUESTED_SUCCESSFUL": Meaning(
        Outcome.ALREADY, "La personne avait déjà un compte Pro Santé Identité ; sa carte est commandée."
    ),
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_ZERO_RPPS_ID": Meaning(
        Outcome.ALREADY, "La personne avait déjà un compte Pro Santé Identité, sans numéro RPPS."
    ),
    "KO_PSI_ACCOUNT_ALREADY_EXIST_AND_HAVE_N_RPPS_ID": Meaning(
        Outcome.ALREADY,
        "La personne avait déjà un compte Pro Santé Identité, avec plusieurs numéros RPPS.",
        "Demandez à l'ANS lequel est le bon : une personne n'en a qu'un.",
    ),
    "KO_INTERNAL_ERROR": Meaning(Outcome.TRY_LATER, "Pro Santé Identité a rencontré une erreur interne.", _AGAIN),
    # activity
    "ACTIVITY_CREATED": Meaning(Outcome.DONE, "L'activité est créée au RPPS."),
    "ACTIVITY_UPDATED": Meaning(Outcome.DONE, "L'activité est mise à jour au RPPS."),
    "ACTIVITY_BAD_REQUEST": Meaning(
        Outcome.CORRECTION,
        "Le RPPS refuse l'activité telle qu'elle est décrite.",
        "Lisez sa réponse, corrigez la fonction, les dates ou l'établissement de la demande, puis renvoyez.",
        "activity",
    ),
    "ACTIVITY_FAILED": Meaning(
        Outcome.REFUSED, "Le RPPS n'a pas pu créer l'activité.", "Redemandez cette partie, ou passez par le portail RPPS+."
    ),
    "ACTIVITY_SERVICE_UNAVAILABLE": Meaning(Outcome.TRY_LATER, "Le service des activités du RPPS ne répond pas.", _AGAIN),
    "ACTIVITY_FAILED_DEPENDENCY": Meaning(
        Outcome.WAITING, "L'activité n'a pas été demandée : l'identité a échoué avant elle.", _AFTER
    ),
    # card
    "CARD_ORDER_SUCCESSFUL": Meaning(Outcome.DONE, "La carte est commandée."),
    "CARD_ORDER_SERVICE_UNAVAILABLE": Meaning(Outcome.TRY_LATER, "Le service des cartes ne répond pas.", _AGAIN),
    "CARD_ORDER_FAILED_DEPENDENCY": Meaning(
        Outcome.WAITING, "La carte n'a pas été commandée : une autre partie a échoué avant elle.", _AFTER
    ),
    "CARD_ORDER_ADDRESS_REFUSED": Meaning(
        Outcome.CORRECTION,
        "La carte n'est pas commandée : l'adresse de livraison est inutilisable.",
        "Vérifiez-la sur adresse.data.gouv.fr, corrigez la demande, puis renvoyez.",
        "address",
    ),
    "CARD_ORDER_REFUSED": Meaning(
        Outcome.REFUSED,
        "La commande de la carte est refusée.",
        "Lisez sa réponse : le plus souvent l'adresse. Corrigez-la, puis redemandez la carte.",
    ),
    "CARD_ORDER_REFUSED_CPS": Meaning(
        Outcome.REFUSED,
        "La commande de la CPS est refusée.",
        "Vérifiez la profession et l'adresse de la personne au RPPS, puis redemandez la carte.",
    ),
}  # fmt: skip
CODES = {PREFIX + code: meaning for code, meaning in _CODES.items()}
INTERNAL_ERROR = _CODES["KO_INTERNAL_ERROR"]  # it may come after what was asked was done

_STATUSES = {
    200: Meaning(Outcome.DONE, "C'est fait."),
    201: Meaning(Outcome.DONE, "C'est fait."),
    409: Meaning(Outcome.ALREADY, "La personne avait déjà un compte Pro Santé Identité."),
    404: _CODES["KO_RNIPP_NOT_FOUND"],
    424: Meaning(
        Outcome.WAITING, "Cette partie n'a pas été demandée : une autre a échoué avant elle.", _AFTER
    ),
    500: INTERNAL_ERROR,
    503: Meaning(Outcome.TRY_LATER, "Le service ne répond pas pour l'instant.", _AGAIN),
}
UNREAD = Meaning(
    Outcome.UNREAD,
    "Pro Santé Identité a donné une réponse que le portail ne connaît pas.",
    "Lisez sa réponse ci-dessous ; au besoin, demandez à l'ANS ce qu'elle signifie.",
)


def meaning_of(code: str, status: int | None) -> Meaning:
    """What a block's answer is worth: by its code, else by its status; `UNREAD` for what nobody here knows."""
    if code:
        return CODES.get(code, UNREAD)
    return _STATUSES.get(status or 0, UNREAD)
