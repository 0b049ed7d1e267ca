"""What a group's connection must be, and how an establishment is named in a call."""

from identities.psi.models import Connection, EstablishmentFormat
from portal.foundation.errors import DomainError

MAX_REASON = 300
MAX_KEY = 200
FAILURES_BEFORE_PAUSE = 5  # in a row, ours
PAUSE_MINUTES = 5  # then one call is tried; ours


def issuing_establishment(chosen: str, *, finess: str, siret: str, legal_finess: str) -> str:
    """`issuingEstablishment` as the group writes it. Refuses (DomainError) an establishment without the number asked for."""
    number = {
        EstablishmentFormat.FINESS: finess,
        EstablishmentFormat.PREFIXED_FINESS: finess,
        EstablishmentFormat.SIRET: siret,
        EstablishmentFormat.PREFIXED_SIRET: siret,
    }.get(EstablishmentFormat(chosen), legal_finess)
    if not number:
        raise DomainError(
            "No number of that kind",
            "Cet établissement n'a pas de SIRET : complétez sa fiche, ou choisissez le FINESS dans « Connexion PSI ».",
        )
    prefix = chosen[0] if chosen[0].isdigit() else ""
    return f"{prefix}{number}"


def check_key(typed: str) -> str:
    """The key as it will be sealed. Refuses (DomainError) an empty one, spaces inside, and what a header cannot carry."""
    key = typed.strip()
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise DomainError(
            "Not a key",
            "Collez la clé telle que l'ANS l'a donnée : une suite de lettres, de chiffres et de tirets, sans espace.",
            "key",
        )
    return key


def check_stop_reason(typed: str) -> str:
    """Refuses (DomainError) to stop without saying why."""
    reason = " ".join(typed.split())[:MAX_REASON]
    if not reason:
        raise DomainError("No reason", "Dites pourquoi les envois sont arrêtés.", "reason")
    return reason


def can_send(connection: Connection | None) -> bool:
    """A key is there and nobody stopped the sending; a pause is another matter."""
    return connection is not None and bool(connection.sealed_key) and not connection.is_stopped
