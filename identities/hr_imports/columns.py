"""The columns that an HR file may hold, the names that French payrolls give them, and which is which in a given file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.foundation.errors import DomainError
from portal.foundation.names import search_key


@dataclass(frozen=True)
class Column:
    """One thing a file may say. `synonyms` are search keys; `is_needed`: no import without it."""

    name: str
    label: str
    synonyms: str
    is_needed: bool = False
    note: str = ""


_DECLARED = (
    Column(
        "matricule", "Matricule",
        "matricule rh|mat|matricule salarie|matricule agent|numero matricule|n matricule|numero salarie|num salarie"
        "|code salarie|code agent|numero agent|id salarie|identifiant salarie|matricule paie|no matricule",
        note="Celui de cette paie. Une même personne garde le même d'un fichier à l'autre.",
    ),
    Column("rpps", "RPPS", "numero rpps|n rpps|no rpps|id rpps|code rpps", note="11 chiffres, si vous le connaissez."),
    Column(
        "birth_name", "Nom de naissance",
        "nom naissance|nom de famille|nom patronymique|nom de jeune fille|patronyme|nom salarie|nom agent|nom",
        is_needed=True,
    ),
    Column(
        "usage_name", "Nom d'usage",
        "nom usage|nom usuel|nom marital|nom d epouse|nom epouse|nom de mariage|nom d usage marital",
    ),
    Column(
        "first_names", "Prénoms",
        "prenom|prenom s|prenoms etat civil|prenom salarie|prenom usuel|1er prenom|premier prenom|prenom 1",
        is_needed=True, note="Tous, dans l'ordre de l'état civil, séparés par une virgule ou une espace.",
    ),
    Column("sex", "Sexe", "genre|civilite|titre|code sexe|sexe salarie", note="F ou M."),
    Column(
        "birth_date", "Date de naissance",
        "date naissance|ne le|nee le|ne e le|naissance|ddn|dt naissance|date naiss|date de naiss",
        is_needed=True, note="JJ/MM/AAAA.",
    ),
    Column(
        "birth_place", "Lieu de naissance",
        "commune de naissance|commune naissance|ville de naissance|ville naissance|lieu naissance|code commune de naissance"
        "|code insee naissance|commune ou pays de naissance|pays de naissance",
        note="Commune et code INSEE, ou pays.",
    ),
    Column(
        "phone", "Mobile",
        "telephone|tel|portable|telephone portable|telephone mobile|tel portable|tel mobile|gsm|numero de telephone",
    ),
    Column(
        "email", "Courriel",
        "email|e mail|mail|adresse mail|adresse email|adresse e mail|adresse electronique|mail professionnel",
    ),
    Column(
        "site", "Établissement (FINESS ou code)",
        "etablissement|finess|finess et|no finess|numero finess|n finess|finess geographique|code finess|site"
        "|code etablissement|lieu de travail|affectation|structure|etab|code etab|libelle etablissement|section|code site"
        "|finess etablissement|nom etablissement",
        is_needed=True, note="FINESS ET à 9 caractères, de préférence.",
    ),
    Column(
        "function", "Fonction",
        "emploi|libelle emploi|poste|intitule de poste|intitule du poste|metier|qualification|libelle qualification"
        "|fonction exercee|emploi occupe|profession|libelle poste|code emploi|libelle fonction|intitule emploi|grade",
        is_needed=True,
    ),
    Column(
        "contract", "Contrat",
        "type de contrat|type contrat|nature contrat|nature du contrat|code contrat|statut|libelle contrat",
        note="CDI, CDD, intérim, stage, apprentissage, libéral.",
    ),
    Column(
        "starts_on", "Début",
        "date de debut|date debut|date d entree|date entree|date d embauche|date embauche|debut contrat|date debut contrat"
        "|date de debut de contrat|date debut de contrat|du|arrivee|date d arrivee|entree|debut affectation|debut mission",
        is_needed=True, note="JJ/MM/AAAA.",
    ),
    Column(
        "ends_on", "Fin",
        "date de fin|date fin|date de sortie|date sortie|fin contrat|date fin contrat|date de fin de contrat"
        "|date fin de contrat|au|depart|date de depart|date depart|sortie|dt sortie|fin affectation|fin mission",
        note="Dernier jour travaillé ; vide pour un contrat sans terme.",
    ),
    Column("agency", "Agence", "agence d interim|agence interim|societe d interim|ett|entreprise de travail temporaire"),
)  # fmt: skip
COLUMNS: Mapping[str, Column] = {one.name: one for one in _DECLARED}
_BY_KEY = {
    key: one.name
    for one in _DECLARED
    for key in (search_key(one.label), search_key(one.name), *one.synonyms.split("|"))
}


def column_of(header: str) -> str:
    """The column that a header names, or ''."""
    return _BY_KEY.get(search_key(header), "")


def propose_mapping(headers: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Search key of each header → column: what the source remembers first, then the usual names; each column once.

    A header that the source remembers as « not read » stays so ('').
    """
    found: dict[str, str] = {}
    for header in headers:
        key = search_key(header)
        if key in remembered:
            found[key] = remembered[key]
    for header in headers:
        key, name = search_key(header), column_of(header)
        if key and key not in found:
            found[key] = name if name not in found.values() else ""
    return found


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Refuses (DomainError) a needed column that no header gives, and a column that two headers give."""
    given = [name for name in mapping.values() if name]
    missing = [one.label for one in _DECLARED if one.is_needed and one.name not in given]
    if missing:
        raise DomainError(
            f"Needed columns missing: {missing}",
            f"Il manque : {', '.join(missing)}. Dites quelle colonne du fichier les contient, ou complétez le fichier.",
        )
    twice = sorted({COLUMNS[name].label for name in given if given.count(name) > 1})
    if twice:
        raise DomainError(
            f"Columns given twice: {twice}",
            f"Deux colonnes du fichier sont données pour : {', '.join(twice)}. N'en gardez qu'une.",
        )


def remembers_all(headers: Sequence[str], remembered: Mapping[str, str]) -> bool:
    """The source has already been told what each of these headers is: nothing to ask again."""
    return bool(remembered) and {search_key(one) for one in headers if search_key(one)} <= set(remembered)
