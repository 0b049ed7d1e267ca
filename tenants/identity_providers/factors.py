"""What `amr` and `acr` say of factors, and what a group's rules conclude from them.

What is of a text stands with it: RFC 8176 section 2 for the first values; the editors' own words for theirs. That two values
of different kinds make two factors is the RIE (EXI 22); which kind each value is of, and the presets, are ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

RFC = "RFC 8176"
OKTA = "Okta"
ENTRA = "Microsoft Entra"
LIST_LIMIT = 30  # values of one claim that are looked at


class FactorKind(TextChoices):
    KNOWN = "known", "ce que l'on sait"
    HELD = "held", "ce que l'on a"
    BODY = "body", "ce que l'on est"
    SEVERAL = "several", "plusieurs facteurs déjà prouvés"
    NONE = "none", "aucun facteur par lui-même"


@dataclass(frozen=True)
class Value:
    """One value of `amr`: what its text says, in French, and the kind we take it for."""

    label: str
    kind: FactorKind
    source: str


def _values(source: str, kind: FactorKind, labels: dict[str, str]) -> dict[str, Value]:
    return {name: Value(label, kind, source) for name, label in labels.items()}


KNOWN_VALUES: dict[str, Value] = {
    **_values(RFC, FactorKind.KNOWN, {"pwd": "mot de passe", "pin": "code PIN", "kba": "question secrète"}),
    **_values(
        RFC,
        FactorKind.HELD,
        {
            "hwk": "clé matérielle",
            "swk": "clé logicielle",
            "sc": "carte à puce",
            "otp": "code à usage unique",
            "sms": "code par SMS",
            "tel": "appel téléphonique",
        },
    ),
    **_values(
        RFC,
        FactorKind.BODY,
        {"fpt": "empreinte digitale", "face": "visage", "iris": "iris", "retina": "rétine", "vbm": "voix"},
    ),
    **_values(RFC, FactorKind.SEVERAL, {"mfa": "plusieurs facteurs"}),
    **_values(
        RFC,
        FactorKind.NONE,
        {
            "user": "présence de la personne",
            "geo": "lieu",
            "rba": "analyse de risque",
            "mca": "plusieurs canaux",
            "wia": "session Windows",
        },
    ),
    **_values(OKTA, FactorKind.HELD, {"okta_verify": "application Okta Verify"}),
    **_values(ENTRA, FactorKind.SEVERAL, {"ngcmfa": "plusieurs facteurs, clé de l'appareil"}),
    **_values(ENTRA, FactorKind.HELD, {"rsa": "clé de l'appareil ou application"}),
    **_values(
        ENTRA,
        FactorKind.NONE,
        {"fed": "autre fournisseur", "wiaormfa": "session Windows ou plusieurs facteurs"},
    ),
}

Combination = tuple[str, ...]


class ProviderKind(TextChoices):
    OKTA = "okta", "Okta"
    ENTRA = "entra", "Microsoft Entra ID"
    KEYCLOAK = "keycloak", "Keycloak"
    OTHER = "other", "Autre fournisseur OpenID Connect"


@dataclass(frozen=True)
class Preset:
    """What the form proposes for a kind of provider. `source`: where the proposal comes from, in French."""

    amr: tuple[Combination, ...]
    acr: tuple[str, ...]
    vouches: bool
    source: str


PRESETS: dict[str, Preset] = {
    ProviderKind.OKTA: Preset(
        (("mfa",), ("pwd", "okta_verify"), ("sc", "pin"), ("hwk", "pin")), (), False,
        "Texte : « mfa » de la RFC 8176, que Okta ajoute quand deux facteurs ont servi. Proposition de Trousseau : les "
        "paires de natures différentes.",
    ),
    ProviderKind.ENTRA: Preset(
        (("mfa",), ("ngcmfa",)), (), True,
        "Texte : valeurs d'amr de Microsoft (« mfa », « ngcmfa »). « rsa » seul est une clé, donc un seul facteur. À faire "
        "chez vous : ajouter la revendication facultative amr au jeton d'identité.",
    ),
    ProviderKind.KEYCLOAK: Preset(
        (("mfa",),), ("2",), False,
        "Proposition de Trousseau : le niveau 2 de votre royaume. Ce que vaut ce niveau, c'est votre réglage « acr to LoA » "
        "et votre parcours de connexion qui le disent.",
    ),
    ProviderKind.OTHER: Preset(
        (("mfa",), ("pwd", "hwk"), ("pwd", "swk"), ("pwd", "otp"), ("pin", "hwk"), ("sc", "pin"), ("fpt", "hwk"),
         ("face", "hwk")), (), False,
        "Texte : valeurs de la RFC 8176. Proposition de Trousseau : les paires de natures différentes.",
    ),
}  # fmt: skip


def kinds_of(combination: Iterable[str]) -> set[FactorKind]:
    """The kinds of factors that those values name; unknown values name none."""
    return {KNOWN_VALUES[one].kind for one in combination if one in KNOWN_VALUES} - {FactorKind.NONE}


def is_two_factors(combination: Iterable[str]) -> bool:
    """Whether known values are enough to say two kinds of factors, or a value says it by itself."""
    kinds = kinds_of(combination)
    return FactorKind.SEVERAL in kinds or len(kinds) >= 2


@dataclass(frozen=True)
class Verdict:
    """What the rules conclude. `received` and `words` are fit to be shown; `because`: the rule that was met."""

    proved: bool
    code: str
    received: str
    words: str
    because: str = ""


def verdict(
    claims: Mapping[str, Any], amr_proofs: Sequence[Sequence[str]], acr_proofs: Sequence[str]
) -> Verdict:
    """Whether those claims prove two factors under those rules."""
    amr, acr = claims.get("amr"), claims.get("acr")
    level = str(acr) if isinstance(acr, str | int) and not isinstance(acr, bool) else ""
    values = _texts(amr)
    received = _received(values, level)
    if level and level in acr_proofs:
        return Verdict(True, "", received, "", f"acr {_shown(level)}")
    met = next((one for one in amr_proofs if one and set(one) <= set(values)), None)
    if met is not None:
        return Verdict(True, "", received, "", f"amr {' + '.join(met)}")
    code, words = _why(amr, values, level)
    return Verdict(False, code, received, words)


def _texts(amr: object) -> list[str]:
    return [one for one in amr if isinstance(one, str)][:LIST_LIMIT] if isinstance(amr, list) else []


def _why(amr: object, values: list[str], level: str) -> tuple[str, str]:
    if amr is not None and not isinstance(amr, list):
        return "amr-illisible", "la revendication amr n'est pas une liste"
    if not values and not level:
        return "rien-recu", "il ne dit rien de la façon dont vous vous êtes authentifié"
    unknown = [one for one in values if one not in KNOWN_VALUES]
    if unknown:
        return (
            "valeur-inconnue",
            f"il dit {_spoken(values)}, et {_spoken(unknown)} n'est pas dans les règles du groupe",
        )
    if values and len(kinds_of(values)) <= 1 and not is_two_factors(values):
        return "un-seul-facteur", f"il dit {_spoken(values)} : c'est un seul facteur"
    if values:
        return "hors-regles", f"il dit {_spoken(values)}, que les règles du groupe n'acceptent pas"
    return "niveau-trop-bas", f"il dit le niveau {_shown(level)}, que les règles du groupe n'acceptent pas"


def _spoken(values: Iterable[str]) -> str:
    named = (
        f"« {KNOWN_VALUES[one].label} » ({one})" if one in KNOWN_VALUES else f"« {_shown(one)} »"
        for one in values
    )
    return ", ".join(named)


def _received(values: Iterable[str], level: str) -> str:
    said = [f"amr {' + '.join(_shown(one) for one in sorted(set(values)))}"] if values else []
    said += [f"acr {_shown(level)}"] if level else []
    return (", ".join(said) or "ni amr ni acr")[:200]


def _shown(value: str) -> str:
    """Without what could trouble a page or a journal line."""
    return "".join(one for one in value[:40] if one.isalnum() or one in "._:/-+") or "?"
