"""The shapes of Pro Santé Connect's user information, every field named as ANS names it.

Source: JSON Schema psc-data.json of github prosanteconnect/proof-of-concept, and the samples beside it.
"""

from typing import Any

from portal.sandbox.persona import Persona

FEDERATION = "550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd"
ACTIVITY_FIELDS = (
    "codeModeExercice codeSecteurDactivite codeSectionPharmacien codeRole codeGenreActivite numeroSiretSite "
    "numeroSirenSite numeroFinessSite numeroFinessetablissementJuridique identifiantTechniqueDeLaStructure "
    "raisonSocialeSite enseigneCommercialeSite complementDestinataire complementPointGeographique numeroVoie "
    "indiceRepetitionVoie codeTypeDeVoie libelleVoie mentionDistribution bureauCedex codePostal codeCommune codePays "
    "telephone telephone2 telecopie adresseEMail codeDepartement ancienIdentifiantDeLaStructure autoriteDenregistrement"
).split()
PROFESSION_OIDS = {"93": "1.2.250.1.213.1.6.1.109", "99": "1.2.250.1.213.1.6.1.140"}
HEALTH_PROFESSIONS_OID = "1.2.250.1.213.1.1.5.5"
MEN = {"KARIM", "YANN", "MARC", "HUGO", "TOM", "REMI", "BRUNO", "NOE", "ALI", "PAUL", "LUC", "SAMI"}
LEGAL_ENTITY = "990900003"


def subject_of(national_id: object) -> str:
    """Keycloak's `f:<federation>:<national id>`."""
    return f"f:{FEDERATION}:{national_id}"


def rpps(number: str) -> dict[str, Any]:
    """One line of otherIds; 12 characters, 8 and the number."""
    return {"identifiant": number, "origine": "RPPS", "qualite": 1}


def activity(finess: str, name: str, **others: str) -> dict[str, str]:
    """A salaried one in an establishment for elderly people; absent values are empty strings."""
    known = {
        "codeModeExercice": "S",
        "codeSecteurDactivite": "SA17",
        "codeGenreActivite": "GENR01",
        "numeroFinessSite": finess,
        "numeroFinessetablissementJuridique": LEGAL_ENTITY,
        "identifiantTechniqueDeLaStructure": f"F{finess}",
        "raisonSocialeSite": name,
        "numeroVoie": "4",
        "codeTypeDeVoie": "R",
        "libelleVoie": "DES FICTIONS",
        "codePostal": "01000",
        "codeDepartement": "01",
        "ancienIdentifiantDeLaStructure": f"1{finess}",
        "autoriteDenregistrement": "ARS/ARS/ARS",
    }
    return {**dict.fromkeys(ACTIVITY_FIELDS, ""), **known, **others}


def exercise(
    profession: str, given: str, family: str, *activities: dict[str, Any], **others: str
) -> dict[str, Any]:
    """One profession exercised, with its activities."""
    return {
        "codeProfession": profession,
        "codeCategorieProfessionnelle": "C",
        "codeCiviliteDexercice": _civility(given),
        "nomDexercice": family,
        "prenomDexercice": given,
        "codeTypeSavoirFaire": "",
        "codeSavoirFaire": "",
        **others,
        "activities": list(activities),
    }


def full(number: Any, given: str, family: str, *exercises: dict[str, Any], **others: Any) -> dict[str, Any]:
    """All top-level fields of 2023 and later; `others` are added, None removes."""
    first: dict[str, Any] = next((one for every in exercises for one in every.get("activities", ())), {})
    shown = {
        "Secteur_Activite": f"{first.get('codeSecteurDactivite', 'SA17')}^1.2.250.1.71.4.2.4",
        "email_verified": False,
        "SubjectOrganization": first.get("raisonSocialeSite", ""),
        "SubjectOrganizationID": first.get("identifiantTechniqueDeLaStructure", ""),
        "Mode_Acces_Raison": "",
        "preferred_username": number,
        "given_name": given,
        "family_name": family,
        "Acces_Regulation_Medicale": "FAUX",
        "UITVersion": "1.0",
        "authMode": "CARD",
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        "PSI_Locale": "1.2.250.1.213.1.3.1.1",
        "SubjectRole": [_role(one["codeProfession"]) for one in exercises],
        "otherIds": [rpps(number)],
        "SubjectNameID": number,
        "SubjectRefPro": {"codeCivilite": _civility(given), "exercices": list(exercises)},
        **others,
    }
    return {name: value for name, value in shown.items() if value is not None}


def minimal(national_id: str, given: str, family: str) -> dict[str, Any]:
    """A person without profession: with `sub`, the six fields of ANS's own sample, nothing of the sector."""
    return {
        "preferred_username": national_id,
        "codeCivilite": _civility(given),
        "given_name": given,
        "SubjectNameID": national_id,
        "family_name": family,
    }


def person(
    slug: str, note: str, userinfo: dict[str, Any], *, acr: str = "eidas3", mode: str = "CARD", **others: Any
) -> Persona:
    """Its id_token says what its user information says. `mode` empty: a token of before authMode."""
    national_id = userinfo["SubjectNameID"]
    said = ("preferred_username", "given_name", "family_name", "SubjectNameID")
    authentication = {"authMode": mode} if mode else {}
    id_token = {name: userinfo[name] for name in said if name in userinfo} | {
        "email_verified": False,
        "acr": acr,
    }
    access_token = {
        "preferred_username": str(national_id),
        "username": str(national_id),
        "email_verified": False,
        "acr": acr,
        **authentication,
        **({"otherIds": userinfo["otherIds"]} if "otherIds" in userinfo else {}),
    }
    kept = {
        "id_token": {**id_token, **authentication},
        "access_token": access_token,
        "subject": subject_of(national_id),
        **others,
    }
    name = f"{userinfo['given_name']} {userinfo['family_name']}".title()
    return Persona(slug=slug, name=name, note=note, userinfo=userinfo, **kept)


def _civility(given: str) -> str:
    return "M" if given in MEN else "MME"


def _role(profession: str) -> str:
    """Coded string of HL7: the profession's code and its code system."""
    return f"{profession}^{PROFESSION_OIDS.get(profession, HEALTH_PROFESSIONS_OID)}"
