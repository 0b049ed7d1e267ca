"""What comes back from API PSI, block by block, whatever its small variations.

Accepted, all seen in the ANS's own examples: numbers as numbers or strings, with or without the leading 8; `id` or
`psiIdentifier`; `identity` nested in `identity`; nulls; an identity told at the top (v0.4.2); keys that nobody announced.
Civil status and death stay out of `repr`, so that no log can hold them; the values that the API rejects are not read at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from identities.psi.codes import Meaning, Outcome, meaning_of

OTHER_BLOCKS = ("activity", "cardOrderPsi", "cardOrderCps")
MOST_TEXT = 300
DIVERGENCES = {
    "nom": "birth_name",
    "prenoms": "first_names",
    "sexe": "sex",
    "dateNaissance": "birth_date",
    "lieuNaissance": "birth_place",
}
FIELDS = {
    "lastName": "birth_name",
    "firstNames": "first_names",
    "genderCode": "sex",
    "birthDate": "birth_date",
    "birthLocationCode": "birth_place",
    "birthPlace": "birth_place",
    "frenchNationality": "is_french",
    "professionalLastName": "usage_name",
    "email": "email",
    "phone": "phone",
    "identifier": "identifier",
}
_RPPS = re.compile(r"8?([0-9]{11})")

Shape = Mapping[str, Any]


@dataclass(frozen=True)
class CivilStatus:
    """As the RNIPP has it. `birth_date`: as told, AAAA-MM-JJ most often; `birth_code`: INSEE commune or country."""

    birth_name: str = ""
    usage_name: str = ""
    first_names: tuple[str, ...] = ()
    sex: str = ""
    birth_date: str = ""
    birth_code: str = ""
    birth_place: str = ""
    birth_country: str = ""


@dataclass(frozen=True)
class Death:
    date: str
    place: str


@dataclass(frozen=True)
class BlockAnswer:
    """One part of the call. `text`: the API's own words, kept for a person; `fields`: our names of what it points at."""

    name: str
    meaning: Meaning
    code: str = ""
    status: int | None = None
    text: str = ""
    fields: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return self.meaning.outcome

    @property
    def stands(self) -> bool:
        """Done, now or before."""
        return self.outcome in (Outcome.DONE, Outcome.ALREADY)


@dataclass(frozen=True)
class IdentityAnswer(BlockAnswer):
    """The account, its numbers (RPPS: 11 digits), and what the RNIPP said: code of its answer, traits that differ, echo."""

    psi_identifier: str = ""
    rpps_numbers: tuple[str, ...] = ()
    rnipp_code: int | None = None
    divergences: tuple[str, ...] = ()
    echo: CivilStatus | None = field(default=None, repr=False)
    death: Death | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PsiAnswer:
    """`blocks`: those answered among activity, cardOrderPsi, cardOrderCps. Nothing ever tells the fate of `employment`."""

    http_status: int
    identity: IdentityAnswer
    blocks: tuple[BlockAnswer, ...] = ()

    def block(self, name: str) -> BlockAnswer | None:
        return next((one for one in self.blocks if one.name == name), None)


def read_answer(http_status: int, body: Shape) -> PsiAnswer | None:
    """The answer in our words; None when nothing in it tells what became of the identity."""
    identity = _identity_of(body)
    if identity is None:
        return None
    blocks = [_block(name, body[name]) for name in OTHER_BLOCKS if isinstance(body.get(name), Mapping)]
    return PsiAnswer(http_status, _identity(identity), tuple(blocks))


def _identity_of(body: Shape) -> Shape | None:
    found = body.get("identity")
    for shape in (found, body):
        if not isinstance(shape, Mapping):
            continue
        inner = shape.get("identity")
        whole = {**shape, **inner} if isinstance(inner, Mapping) else shape
        if _text(whole, "code") or _account(whole) or (shape is found and _number(whole.get("status"))):
            return whole
    return None


def _identity(shape: Shape) -> IdentityAnswer:
    base = _block("identity", shape)
    rnipp = _part(shape, "rnippData") or _part(shape, "dataRnipp")
    about, person = _part(rnipp, "metadonnees"), _part(rnipp, "individu")
    told = _part(about, "divergences")
    return IdentityAnswer(
        base.name,
        base.meaning,
        base.code,
        base.status,
        base.text,
        base.fields,
        psi_identifier=_account(shape),
        rpps_numbers=_rpps_numbers(shape.get("rppsIdentifiers")),
        rnipp_code=_number(about.get("codeReponseIdentification")),
        divergences=tuple(ours for theirs, ours in DIVERGENCES.items() if told.get(theirs) is True),
        echo=_civil_status(person),
        death=_death(_part(person, "deces")),
    )


def _block(name: str, shape: Shape) -> BlockAnswer:
    code, status = _text(shape, "code"), _number(shape.get("status"))
    meaning = meaning_of(code, status)
    details = [one for one in _list(shape.get("detail")) if isinstance(one, Mapping)]
    pointed = [FIELDS.get(_text(one, "field"), "") for one in details] + [meaning.field]
    return BlockAnswer(
        name, meaning, code[:80], status, _words(shape, details), tuple(dict.fromkeys(filter(None, pointed)))
    )


def _words(shape: Shape, details: list[Shape]) -> str:
    """Its own sentences, but for those that repeat a rejected value or the civil status, whichever they stand in."""
    rejected = [value for one in details for value in _values(one.get("rejected"))] + _civil_words(shape)
    said = [_text(shape, "message") or _text(shape, "error")]
    said += [_text(one, "message") for one in _list(shape.get("erreurs")) if isinstance(one, Mapping)]
    said += [_text(one, "message") for one in details]
    kept = [one for one in said if one and not any(value in one.casefold() for value in rejected)]
    return " · ".join(dict.fromkeys(kept))[:MOST_TEXT]


def _civil_words(shape: Shape) -> list[str]:
    """Names and dates that the RNIPP told."""
    person = _part(_part(shape, "rnippData") or _part(shape, "dataRnipp"), "individu")
    names = [one for one in _list(person.get("identites")) if isinstance(one, Mapping)]
    told = [one.get(key) for one in names for key in ("nom", "prenoms")]
    told += [_part(person, event).get("date") for event in ("naissance", "deces")]
    return [word for one in told for word in _values(one)]


def _values(rejected: Any) -> list[str]:
    """What was rejected, as it may be read in a sentence; a single letter is in every one."""
    parts = rejected if isinstance(rejected, list) else [rejected]
    words = [str(one).strip().casefold() for one in parts if one is not None]
    return [one for one in words if len(one) > 1]


def _account(shape: Shape) -> str:
    return (_text(shape, "id") or _text(shape, "psiIdentifier")).lower()[:36]


def _rpps_numbers(told: Any) -> tuple[str, ...]:
    found = (_RPPS.fullmatch(str(one).strip()) for one in _list(told))
    return tuple(dict.fromkeys(one[1] for one in found if one))


def _civil_status(person: Shape) -> CivilStatus | None:
    if not person:
        return None
    names = [one for one in _list(person.get("identites")) if isinstance(one, Mapping)]
    official = next((one for one in names if one.get("statut") == "O"), names[0] if names else {})
    married = next((one for one in names if one.get("statut") == "C"), {})
    birth = _part(person, "naissance")
    place = _part(birth, "lieu")
    return CivilStatus(
        birth_name=_text(official, "nom"),
        usage_name=_text(married, "nom"),
        first_names=tuple(str(one) for one in _list(official.get("prenoms")) if one),
        sex=_text(person, "sexe"),
        birth_date=_text(birth, "date"),
        birth_code=_text(place, "code"),
        birth_place=_text(place, "libelleCommune"),
        birth_country=_text(place, "libellePays"),
    )


def _death(event: Shape) -> Death | None:
    if not event:
        return None
    return Death(_text(event, "date"), _text(_part(event, "lieu"), "libelleCommune"))


def _part(shape: Shape, name: str) -> Shape:
    found = shape.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(shape: Shape, name: str) -> str:
    found = shape.get(name)
    return found.strip() if isinstance(found, str) else ""


def _number(found: Any) -> int | None:
    try:
        return int(found)
    except (TypeError, ValueError):
        return None
