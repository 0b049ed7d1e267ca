"""Where people were born: the picker of communes and countries, and what is understood of a place typed as text."""

import re
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Length

from identities.people.models import Commune, Country
from identities.people.rules import FRANCE
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key

CHOICES_OFFERED = 8
# INSEE codes of collectivities whose communes are in no table we ship: taken as they are.
OVERSEAS = {
    "984": "Terres australes et antarctiques françaises",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
    "989": "Île de Clipperton",
}
_CURRENT = "commune-actuelle"
_KIND_WORDS = {
    "commune-deleguee": "commune déléguée",
    "commune-associee": "commune associée",
    "arrondissement-municipal": "arrondissement",
}
_WITH_ARRONDISSEMENTS = {"75056": "Paris", "13055": "Marseille", "69123": "Lyon"}
_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_TYPED = re.compile(
    r"(?P<name>.*?)[\s,(]*\b(?P<code>(?:\d{2}|2[AB])\d{3}|\d{2,3}|2[AB])\s*\)?", re.IGNORECASE
)


@dataclass(frozen=True)
class BirthPlace:
    """A commune or a country by its INSEE code. `warning` is a French sentence to show; it never refuses."""

    code: str
    name: str
    detail: str
    warning: str = ""

    @property
    def is_country(self) -> bool:
        return self.code.startswith("99")

    @property
    def label(self) -> str:
        """« Bourg-en-Bresse (01053) »: what the field holds once chosen, and `understand_birth_place` reads back."""
        return f"{self.name} ({self.code})" if self.name else self.code

    def as_traits(self, town: str = "") -> dict[str, str]:
        """The three birth traits; `town` is that of a birth abroad."""
        if self.is_country:
            return {"birth_commune_code": "", "birth_country_code": self.code, "birth_place": town.strip()}
        return {"birth_commune_code": self.code, "birth_country_code": FRANCE, "birth_place": self.name}


class AmbiguousBirthPlaceError(DomainError):
    """Several places, or none of exactly that name; `choices` are those to offer."""

    def __init__(self, french: str, choices: list[BirthPlace], field: str) -> None:
        super().__init__("Birth place not understood", french, field)
        self.choices = choices


def birth_places(text: str, limit: int = 10) -> list[BirthPlace]:
    """Communes (former ones too) and countries whose name or code begins so, or has a word that does; best first."""
    key = search_key(text)
    if len(key) < 2:
        return []
    if key[:2].isdigit() or _CODE.fullmatch(key.upper()):
        return _by_code(key.upper(), limit)
    named = _named(text)
    words = search_key(named["name"]) if named else key
    countries = [_country(one) for one in _ranked(Country.objects.exclude(pk=FRANCE), words)[:limit]]
    communes = _ranked(Commune.objects.all(), words)
    if named:
        communes = communes.filter(Q(department=named["code"].upper()) | Q(code=named["code"].upper()))
    found = [*countries, *_once(_described(list(communes[: limit * 2])))]
    return sorted(found, key=lambda one: search_key(one.name) != words)[:limit]


def find_birth_place(code: str) -> BirthPlace:
    """The place of an INSEE code. A code unknown to our tables (older communes, 20xxx before 1976) comes with a warning.

    Overseas codes 98xxx are known by their collectivity. Refuses (DomainError) what has not the shape of a code.
    """
    wanted = code.strip().upper()
    if not _CODE.fullmatch(wanted):
        raise DomainError(
            "Place code of the wrong shape",
            f"« {code.strip()} » n'est pas un code INSEE de commune ou de pays : il en compte cinq caractères.",
            "birth_place",
        )
    if wanted.startswith("99"):
        country = Country.objects.filter(pk=wanted).first()
        return _country(country) if country else BirthPlace(wanted, "", "pays", _unknown(wanted))
    known = _described(list(Commune.objects.filter(code=wanted)))
    if known:
        return next((one for one in known if not one.detail.startswith("commune ")), known[0])
    if wanted[:3] in OVERSEAS:
        return BirthPlace(wanted, "", OVERSEAS[wanted[:3]])
    return BirthPlace(wanted, "", "commune inconnue de la table", _unknown(wanted))


def understand_birth_place(text: str, field: str = "birth_place") -> BirthPlace:
    """What a person typed: « 01053 », « Bourg-en-Bresse (01) », « Nouméa (98818) », « Maroc », « 99350 ».

    Refuses (AmbiguousBirthPlaceError, with the choices) a name that several places bear or that none bears exactly, and
    (DomainError) France alone.
    """
    typed = text.strip()
    named = _named(typed)
    if _CODE.fullmatch(typed.upper()):
        place = find_birth_place(typed)
    elif named and len(named["code"]) == 5:
        place = _of_code_and_name(named["code"], named["name"])
    else:
        place = _of_name(typed, named, field)
    if place.code == FRANCE:
        raise DomainError(
            "France without a commune",
            "Naissance en France : indiquez la commune, par son nom ou son code INSEE.",
            field,
        )
    return place


def birth_place_words(commune_code: str, country_code: str, place: str) -> str:
    """What the field of a form shows for stored traits; empty when unknown."""
    if commune_code:
        return f"{place} ({commune_code})" if place else commune_code
    return find_birth_place(country_code).label if country_code not in ("", FRANCE) else ""


def _named(text: str) -> re.Match[str] | None:
    found = _TYPED.fullmatch(text.strip())
    return found if found and found["name"].strip() else None


def _ranked(places: QuerySet, key: str) -> QuerySet:
    """Exact name first, then names that begin so, then names with a word that begins so; short names first."""
    begins = Q(search_key__startswith=key)
    return (
        places.filter(begins | Q(search_key__contains=f" {key}"))
        .annotate(
            is_exact=ExpressionWrapper(Q(search_key=key), BooleanField()),
            begins=ExpressionWrapper(begins, BooleanField()),
            length=Length("search_key"),
        )
        .order_by(
            "-is_exact", "-begins", "length", "name", "code", *(("kind",) if places.model is Commune else ())
        )
    )


def _once(places: list[BirthPlace]) -> list[BirthPlace]:
    """A delegated commune that bears the code and the name of today's is the same place."""
    return list({(one.code, one.name): one for one in reversed(places)}.values())[::-1]


def _by_code(code: str, limit: int) -> list[BirthPlace]:
    if code.startswith("99"):
        return [
            _country(one) for one in Country.objects.filter(code__startswith=code).order_by("code")[:limit]
        ]
    found = _described(list(Commune.objects.filter(code__startswith=code).order_by("code", "kind")[:limit]))
    return found or ([find_birth_place(code)] if _CODE.fullmatch(code) else [])


def _of_code_and_name(code: str, name: str) -> BirthPlace:
    wanted, key = code.upper(), search_key(name)
    for one in _described(list(Commune.objects.filter(code=wanted))):
        if search_key(one.name) == key:
            return one
    place = find_birth_place(wanted)
    if not place.name:
        return replace(place, name=name.strip())
    if search_key(place.name) != key:
        return replace(
            place, warning=f"Le code {wanted} est celui de {place.name}, et non de {name.strip()} : vérifiez."
        )
    return place


def _of_name(typed: str, named: re.Match[str] | None, field: str) -> BirthPlace:
    key = search_key(named["name"] if named else typed)
    if key == "france":
        return find_birth_place(FRANCE)
    offered = birth_places(typed, limit=60)
    exact = [one for one in offered if search_key(one.name) == key]
    if len({one.code for one in exact}) == 1:
        return exact[0]
    choices = (exact or offered)[:CHOICES_OFFERED]
    raise AmbiguousBirthPlaceError(_choose(typed, choices), choices, field)


def _choose(typed: str, choices: list[BirthPlace]) -> str:
    if not choices:
        return (
            f"Nous ne connaissons pas « {typed} ». Donnez le code INSEE de la commune (cinq caractères) ou,"
            " pour une naissance à l'étranger, le pays."
        )
    if len(choices) == 1:
        return f"« {typed} » n'est pas un lieu connu. Vouliez-vous dire {choices[0].label} ?"
    return f"Plusieurs lieux sont possibles pour « {typed} ». Choisissez : {', '.join(one.label for one in choices)}."


def _described(communes: list[Commune]) -> list[BirthPlace]:
    heads = {one.current_code for one in communes if one.kind in _KIND_WORDS and one.current_code}
    names = (
        dict(Commune.objects.filter(kind=_CURRENT, code__in=heads).values_list("code", "name"))
        if heads
        else {}
    )
    return [_commune(one, names) for one in communes]


def _commune(one: Commune, current_names: dict[str, str]) -> BirthPlace:
    warning = ""
    if one.code in _WITH_ARRONDISSEMENTS and one.kind == _CURRENT:
        warning = f"Naissance à {one.name} : précisez l'arrondissement si la pièce d'identité le donne."
    detail = f"département {one.department}"
    if one.kind in _KIND_WORDS:
        head = current_names.get(one.current_code, "")
        detail = (
            f"{_KIND_WORDS[one.kind]}, aujourd'hui {head}" if head else f"{_KIND_WORDS[one.kind]}, {detail}"
        )
    return BirthPlace(one.code, one.name, detail, warning)


def _country(one: Country) -> BirthPlace:
    ended: date | None = one.ended_on
    return BirthPlace(one.code, one.name, f"pays, jusqu'au {ended:%d/%m/%Y}" if ended else "pays")


def _unknown(code: str) -> str:
    if code.startswith("20"):
        return f"Le code {code} est celui d'une commune de Corse d'avant 1976 : il est gardé tel quel."
    return (
        f"Le code {code} n'est pas dans notre table (commune ancienne ?) : il est gardé tel quel."
        " Vérifiez-le sur la pièce d'identité."
    )
