"""Identifiers of a professional as Pro Santé Connect gives them: one character says their type, the rest is the number.

Source: types of PS_IdNat in the ANS's own code (TOG PsIdType, PSAPI ApiUtils); a UUID is a PSI identity.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices


class IdentifierKind(TextChoices):
    RPPS = "rpps", "RPPS"
    PSI = "psi", "identité PSI"
    ADELI = "adeli", "ADELI"
    STUDENT = "student", "numéro d'étudiant"
    FINESS = "finess", "carte d'établissement (FINESS)"
    SIREN = "siren", "carte d'établissement (SIREN)"
    SIRET = "siret", "carte d'établissement (SIRET)"
    CABINET = "cabinet", "carte de cabinet"
    OTHER = "other", "identifiant Pro Santé Connect"
    SUBJECT = "subject", "compte du groupe"


_PREFIXES = {
    "0": IdentifierKind.ADELI,
    "1": IdentifierKind.CABINET,
    "3": IdentifierKind.FINESS,
    "4": IdentifierKind.SIREN,
    "5": IdentifierKind.SIRET,
    "6": IdentifierKind.CABINET,
    "8": IdentifierKind.RPPS,
    "9": IdentifierKind.STUDENT,
}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RPPS = re.compile(r"[0-9]{11}")
_RPPS_ALONE = re.compile(r"(?:1[0-9]|997)[0-9]{8,9}")  # 997: the ANS's test numbers
# A person of an organisation: the organisation's number alone would be every colleague's.
_OF_AN_ORGANISATION = re.compile(r"[0-9A-Z]+/[0-9A-Za-z]+")
_ORGANISATIONS = {
    IdentifierKind.FINESS, IdentifierKind.SIREN, IdentifierKind.SIRET, IdentifierKind.CABINET,
}  # fmt: skip
_PERSONAL = {IdentifierKind.RPPS, IdentifierKind.PSI, IdentifierKind.ADELI, IdentifierKind.STUDENT}
_NATIONAL = re.compile(r"[0-9][0-9A-Za-z/]{7,60}")
_SHOWN_AS_IS = re.compile(r"[0-9A-Za-z/._-]{1,80}")


@dataclass(frozen=True)
class TypedIdentifier:
    """What an account is bound to. An RPPS is kept in 11 digits, whatever the length it came in."""

    kind: IdentifierKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.label} {self.value}"


def typed(raw: object) -> TypedIdentifier | None:
    """One identifier of the wire; None for what is empty or cannot be one. A bare number counts as its text."""
    text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    if _UUID.fullmatch(text.lower()):
        return TypedIdentifier(IdentifierKind.PSI, text.lower())
    if len(text) == 11 and _RPPS_ALONE.fullmatch(text):
        return TypedIdentifier(IdentifierKind.RPPS, text)
    kind = _PREFIXES.get(text[:1]) if _NATIONAL.fullmatch(text) else None
    if kind == IdentifierKind.RPPS and not _RPPS.fullmatch(text[1:]):
        kind = None
    if kind in _ORGANISATIONS and not _OF_AN_ORGANISATION.fullmatch(text[1:]):
        return None
    if kind is not None:
        return TypedIdentifier(kind, text[1:])
    return TypedIdentifier(IdentifierKind.OTHER, text) if _SHOWN_AS_IS.fullmatch(text) else None


def identifiers_of(claims: Mapping[str, Any]) -> tuple[TypedIdentifier, ...]:
    """The main one first (SubjectNameID, or the end of `sub` when it is missing), then the others, RPPS before the rest.

    Empty when the answer names nobody. After a merge of RPPS and PSI the main one is the UUID and the RPPS is among
    the others (ANS, FUSION_COMPTES): hence all of them, in that order; of the others only a person's own.
    """
    main = typed(claims.get("SubjectNameID")) or _end_of_subject(str(claims.get("sub") or ""))
    if main is None:
        return ()
    others = sorted(_others(claims), key=lambda one: one.kind != IdentifierKind.RPPS)
    return tuple(dict.fromkeys([main, *others]))


def _end_of_subject(subject: str) -> TypedIdentifier | None:
    """`f:<federation>:<national id>` of Keycloak; a bare technical id names nobody."""
    return typed(subject.rpartition(":")[2]) if subject.startswith("f:") else None


def _others(claims: Mapping[str, Any]) -> Iterator[TypedIdentifier]:
    listed = claims.get("otherIds") or claims.get("otherIDs") or ()
    for one in listed if isinstance(listed, list) else ():
        found = typed(one.get("identifiant")) if isinstance(one, dict) else None
        if found is not None and (found.kind in _PERSONAL or one.get("origine") == "EDIT"):
            yield found
