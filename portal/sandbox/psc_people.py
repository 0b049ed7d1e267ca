"""The fictitious people of Pro Santé Connect: one of each role, then every odd answer seen in public code and samples.

Test numbers of the ANS's 997… range with a correct key; establishments are the first ones of the demo's group.
"""

from dataclasses import replace
from typing import Any

from portal.sandbox.persona import Persona
from portal.sandbox.psc_shapes import activity, exercise, full, minimal, person, rpps

EHPAD = ("990000002", "EHPAD LES GLYCINES")
SECOND = ("990000010", "EHPAD LE VIEUX MOULIN")
NURSE, DOCTOR, CARER = "60", "10", "99"
CARER_RPPS, CARER_PSI = "899700000047", "019fa371-3b5e-7c21-9a4d-5f1c0e7b2a47"
HR_PSI = "019fa371-3b5e-7c21-9a4d-5f1c0e7b2a01"
NEW_CARER_PSI = "019fa371-3b5e-7c21-9a4d-5f1c0e7b2146"


def _caring(number: str, given: str, family: str, **others: Any) -> dict[str, Any]:
    """An employee of the first site with a role instead of a profession (aide-soignant, TRE_R85 313)."""
    place = activity(*EHPAD, codeRole="313", codeGenreActivite="GENR11")
    return full(number, given, family, exercise(CARER, given, family, place), **others)


def _nursing(number: str, given: str, family: str, **others: Any) -> dict[str, Any]:
    return full(number, given, family, exercise(NURSE, given, family, activity(*EHPAD)), **others)


def _running(number: str, given: str, family: str, genre: str) -> dict[str, Any]:
    """Administrative or managing staff registered in RPPS+: GENR09 or GENR12."""
    return full(
        number, given, family, exercise(CARER, given, family, activity(*EHPAD, codeGenreActivite=genre))
    )


EVERYDAY = (
    person("helene-morin", "directrice du groupe", _running("899700000039", "HELENE", "MORIN", "GENR12")),
    person("claire-delorme", "administratrice du groupe", _running("899700000054", "CLAIRE", "DELORME", "GENR09")),
    person("karim-benali", "administrateur de deux groupes", _running("899700000070", "KARIM", "BENALI", "GENR09")),
    person("sophie-marchand", "référente d'un site", _nursing("899700000021", "SOPHIE", "MARCHAND")),
    person(
        "maelle-kergoat",
        "infirmière, deux activités",
        full(
            "899700000013", "MAELLE", "KERGOAT",
            exercise(NURSE, "MAELLE", "KERGOAT", activity(*EHPAD), activity(*SECOND)),
        ),
    ),
    person(
        "fatou-diarra",
        "aide-soignante, identité PSI après fusion : le RPPS n'est plus que dans otherIds",
        _caring(
            CARER_PSI, "FATOU", "DIARRA",
            otherIds=[{"identifiant": CARER_PSI, "origine": "PSI", "qualite": 2}, rpps(CARER_RPPS)],
        ),
        mode="PSI",
    ),
    person("nadia-roche", "ressources humaines, identité minimale", minimal(HR_PSI, "NADIA", "ROCHE")),
    person("paul-vidal", "auditeur, identité de test EDIT", minimal("ANS20231122132733", "PAUL", "VIDAL") | {
        "otherIds": [{"identifiant": "ANS20231122132733", "origine": "EDIT", "qualite": 1}],
    }),
    person("anne-lecteur", "lectrice de l'ANS, identité de test EDIT", minimal("ANS20231122132732", "ANNE", "LECTEUR")),
    person("yann-le-goff", "infirmier inconnu de tous les groupes", _nursing("899700000062", "YANN", "LE GOFF")),
)  # fmt: skip

_heading = _nursing("899700000088", "OCEANE", "BARON", codeCivilite="MME", codeGenreActivite="GENR01")
_heading["SubjectRefPro"] = {"exercices": _heading["SubjectRefPro"]["exercices"]}

ODD = (
    person("fatou-diarra-avant", "la même aide-soignante avant la fusion", _caring(CARER_RPPS, "FATOU", "DIARRA")),
    person("oceane-baron", "codeCivilite et codeGenreActivite en tête, non dans SubjectRefPro (novembre 2023)", _heading),
    person(
        "marc-duval",
        "exercice de quatre champs, sans activités",
        full("899700000096", "MARC", "DUVAL", {
            "codeProfession": NURSE, "codeCategorieProfessionnelle": "C", "nomDexercice": "DUVAL", "prenomDexercice": "MARC",
        }),
    ),
    person(
        "alice-nguyen",
        "deux professions, trois activités dont une libérale hors du groupe",
        full(
            "899700000104", "ALICE", "NGUYEN",
            exercise(DOCTOR, "ALICE", "NGUYEN", activity(
                "", "CABINET DU DR NGUYEN", codeModeExercice="L", codeSecteurDactivite="SA07",
                numeroFinessetablissementJuridique="", identifiantTechniqueDeLaStructure="R10000001",
                ancienIdentifiantDeLaStructure="49970000010401", autoriteDenregistrement="CNOM/CNOM/CNOM",
            ), activity(*EHPAD, autoriteDenregistrement="CNOM/CNOM/ARS"), codeTypeSavoirFaire="S", codeSavoirFaire="SM54"),
            exercise("93", "ALICE", "NGUYEN", activity(*SECOND)),
        ),
    ),
    person(
        "jeanne-petit",
        "tout est chaîne vide ou liste vide",
        full(
            "899700000112", "JEANNE", "PETIT", Secteur_Activite="", Acces_Regulation_Medicale="", UITVersion="",
            Palier_Authentification="", PSI_Locale="", authMode="", otherIds=[],
            SubjectRefPro={"codeCivilite": "", "exercices": []},
        ),
    ),
    person(
        "hugo-lambert",
        "champs absents : ni rôle, ni structure, ni otherIds ; SubjectRefPro vide",
        {"SubjectNameID": "899700000120", "given_name": "HUGO", "family_name": "LAMBERT", "SubjectRefPro": {}},
    ),
    person(
        "eva-simon",
        "clés inconnues à chaque étage, nom à apostrophe et tirets",
        {
            **full(
                "899700000138", "EVA-LOU", "O'BRIEN--LE GALL",
                exercise(NURSE, "EVA-LOU", "O'BRIEN--LE GALL", activity(*EHPAD, champNouveau="2027"), champNouveau="2027"),
            ),
            "champNouveau": {"liste": [1, 2.5, None, True]},
        },
    ),
    person(
        "tom-girard",
        "otherIDs écrit avec deux majuscules, identifiant principal UUID",
        full(
            NEW_CARER_PSI, "TOM", "GIRARD", exercise(CARER, "TOM", "GIRARD", activity(*EHPAD, codeRole="313")),
            otherIds=None, otherIDs=[rpps("899700000146")],
        ),
    ),
    person(
        "lina-masson",
        "nombres nus au lieu de chaînes",
        full(
            899700000153, "LINA", "MASSON",
            exercise(NURSE, "LINA", "MASSON", activity(*EHPAD) | {"numeroFinessSite": 990000002, "numeroVoie": 4}),
            otherIds=[{"identifiant": 899700000153, "origine": "RPPS", "qualite": "1"}],
        ),
    ),
    person(
        "ada-moulin",
        "RPPS de onze caractères, sans le 8",
        _nursing("99700000203", "ADA", "MOULIN", otherIds=[rpps("99700000203")]),
    ),
    person(
        "remi-pasquier",
        "valeurs nulles là où la chaîne vide est la règle",
        full("899700000211", "REMI", "PASQUIER") | {
            "SubjectOrganization": None, "SubjectRole": None, "otherIds": None, "SubjectRefPro": None,
        },
    ),
    person("bruno-carre", "ancien numéro ADELI", _nursing("0019300014", "BRUNO", "CARRE", otherIds=[
        {"identifiant": "0019300014", "origine": "ADELI", "qualite": 1},
    ])),
    person("rita-costa", "carte d'établissement CPE, FINESS et registre", minimal("3990000002/0000000042", "RITA", "COSTA")),
    person("ines-pereira", "carte d'établissement, SIREN et registre", minimal("4900000001/0000000043", "INES", "PEREIRA")),
    person("luc-perrin", "carte d'établissement, SIRET et registre", minimal("590000000000001/0000000044", "LUC", "PERRIN")),
    person("sami-haddad", "étudiant", minimal("90000012345", "SAMI", "HADDAD")),
    person(
        "odile-perret",
        "jeton ancien : ni sid, ni authMode, ni otherIds, nonce nul à l'introspection",
        _nursing("899700000161", "ODILE", "PERRET", otherIds=None, authMode=None),
        mode="",
        access_token={"nonce": None, "username": "899700000161", "email_verified": False, "acr": "eidas3"},
        left_out=frozenset({"sid"}),
    ),
    person(
        "noe-gauthier",
        "userinfo signé (application/jwt)",
        _nursing("899700000179", "NOE", "GAUTHIER"),
        signed_userinfo=True,
    ),
    person(
        "zoe-renard",
        "e-CPS : acr eidas1, authMode autre que CARD",
        _nursing("899700000187", "ZOE", "RENARD", authMode="MOBILE"),
        acr="eidas1",
        mode="MOBILE",
    ),
    person("ali-mansour", "acr eidas2", _nursing("899700000195", "ALI", "MANSOUR"), acr="eidas2"),
    Persona(
        slug="personne", name="Sans Identifiant", note="ni SubjectNameID, ni identifiant au bout de sub",
        subject="7c1d2f0a-technique", userinfo={"given_name": "SANS", "family_name": "IDENTIFIANT"},
        id_token={"acr": "eidas3"},
    ),
)  # fmt: skip

PEOPLE: dict[str, Persona] = {
    one.slug: one for one in (*EVERYDAY, *(replace(one, everyday=False) for one in ODD))
}
