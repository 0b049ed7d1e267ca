"""Every person's user information against the fields that the ANS names, and every odd shape that was seen."""

import re

import jwt
import pytest
from stdnum import luhn

from portal.sandbox.psc_people import EVERYDAY, ODD, PEOPLE
from portal.sandbox.psc_shapes import ACTIVITY_FIELDS
from tests.remotes.sandbox.relying_party import tokens_of, userinfo, verified
from tests.sandbox import send

TOP = set(
    "sub SubjectNameID preferred_username given_name family_name email_verified SubjectOrganization "
    "SubjectOrganizationID SubjectRole Secteur_Activite Acces_Regulation_Medicale Palier_Authentification "
    "Mode_Acces_Raison UITVersion PSI_Locale authMode otherIds SubjectRefPro codeCivilite codeGenreActivite".split()
)
EXERCISE = set(
    "codeProfession codeCategorieProfessionnelle codeCiviliteDexercice nomDexercice prenomDexercice codeTypeSavoirFaire "
    "codeSavoirFaire activities".split()
)
ACTIVITY = set(
    "codeModeExercice codeSecteurDactivite codeSectionPharmacien codeRole codeGenreActivite numeroSiretSite numeroSirenSite "
    "numeroFinessSite numeroFinessetablissementJuridique identifiantTechniqueDeLaStructure raisonSocialeSite "
    "enseigneCommercialeSite complementDestinataire complementPointGeographique numeroVoie indiceRepetitionVoie "
    "codeTypeDeVoie libelleVoie mentionDistribution bureauCedex codePostal codeCommune codePays telephone telephone2 "
    "telecopie adresseEMail codeDepartement ancienIdentifiantDeLaStructure autoriteDenregistrement".split()
)
UNKNOWN_KEYS = {"eva-simon": {"champNouveau"}, "tom-girard": {"otherIDs"}}


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_person_signs_in_and_shows_only_known_fields(sandbox, slug):
    tokens = tokens_of(sandbox, slug)
    claims = verified(sandbox, tokens["id_token"])
    answer = userinfo(sandbox, tokens["access_token"])
    if slug == "noe-gauthier":
        assert answer.headers["Content-Type"] == "application/jwt"
        said = verified(sandbox, answer.text, verify_exp=False, verify_iat=False)
        said = {name: value for name, value in said.items() if name not in {"iss", "aud"}}
    else:
        assert answer.headers["Content-Type"] == "application/json"
        said = answer.json()
    assert said["sub"] == claims["sub"]
    assert "email" not in said
    extra = UNKNOWN_KEYS.get(slug, set())
    assert said.keys() - TOP == extra
    for exercise in (said.get("SubjectRefPro") or {}).get("exercices", ()):
        assert exercise.keys() - EXERCISE == extra - {"otherIDs"}
        for activity in exercise.get("activities", ()):
            assert activity.keys() == ACTIVITY | (extra - {"otherIDs"})


def test_the_fields_of_an_activity_are_named_as_published():
    assert set(ACTIVITY_FIELDS) == ACTIVITY


def test_test_numbers_have_a_correct_key():
    numbers = {
        found for one in PEOPLE.values() for found in re.findall(r"\b8?(997\d{8})\b", str(dict(one.userinfo)))
    }
    assert len(numbers) > 15
    assert [one for one in numbers if not luhn.is_valid(one)] == []


def test_each_role_has_a_person():
    notes = " ".join(one.note for one in EVERYDAY)
    for role in ("directrice", "administratrice", "référente", "infirmière", "aide-soignante", "ressources humaines",
                 "auditeur", "ANS", "inconnu"):  # fmt: skip
        assert role in notes
    assert all(not PEOPLE[one.slug].everyday for one in ODD)


def shown(slug: str) -> dict:
    return dict(PEOPLE[slug].userinfo)


def test_a_minimal_identity_has_six_fields_and_nothing_of_the_sector():
    assert shown("nadia-roche").keys() | {"sub"} == {
        "sub", "preferred_username", "codeCivilite", "given_name", "SubjectNameID", "family_name",
    }  # fmt: skip


def test_a_merge_makes_the_uuid_the_main_identifier_and_keeps_the_rpps_beside():
    before, after = shown("fatou-diarra-avant"), shown("fatou-diarra")
    assert before["SubjectNameID"] == "899700000047"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", after["SubjectNameID"])
    assert "899700000047" in [one["identifiant"] for one in after["otherIds"]]
    assert (before["given_name"], before["family_name"]) == (after["given_name"], after["family_name"])


def test_odd_shapes_are_all_there():
    assert "codeCivilite" in shown("oceane-baron")
    assert shown("oceane-baron")["SubjectRefPro"].keys() == {"exercices"}
    assert "activities" not in shown("marc-duval")["SubjectRefPro"]["exercices"][0]
    assert len(shown("alice-nguyen")["SubjectRefPro"]["exercices"]) == 2
    assert len(shown("maelle-kergoat")["SubjectRefPro"]["exercices"][0]["activities"]) == 2
    assert shown("jeanne-petit")["SubjectOrganization"] == ""
    assert shown("hugo-lambert").keys().isdisjoint({"preferred_username", "SubjectRole", "otherIds"})
    assert "otherIDs" in shown("tom-girard")
    assert isinstance(shown("lina-masson")["SubjectNameID"], int)
    assert len(shown("ada-moulin")["SubjectNameID"]) == 11
    assert shown("remi-pasquier")["SubjectRefPro"] is None
    assert "SubjectNameID" not in shown("personne")
    kinds = {slug: str(shown(slug)["SubjectNameID"])[:1] for slug in (
        "bruno-carre", "rita-costa", "ines-pereira", "luc-perrin", "sami-haddad", "maelle-kergoat",
    )}  # fmt: skip
    assert "".join(kinds.values()) == "034598"
    assert shown("anne-lecteur")["SubjectNameID"].startswith("ANS2023")


def test_levels_and_means_differ(sandbox):
    seen = {}
    for slug in ("maelle-kergoat", "zoe-renard", "ali-mansour"):
        claims = verified(sandbox, tokens_of(sandbox, slug)["id_token"])
        seen[slug] = (claims["acr"], claims["authMode"])
    assert seen == {
        "maelle-kergoat": ("eidas3", "CARD"), "zoe-renard": ("eidas1", "MOBILE"), "ali-mansour": ("eidas2", "CARD"),
    }  # fmt: skip


def test_an_older_token_lacks_what_came_later(sandbox):
    tokens = tokens_of(sandbox, "odile-perret")
    assert (
        jwt.decode(tokens["id_token"], options={"verify_signature": False})
        .keys()
        .isdisjoint({"sid", "authMode"})
    )
    form = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "token": tokens["access_token"],
    }
    said = send("POST", sandbox.endpoints["introspection"], form).json()
    assert said["nonce"] is None
    assert said.keys().isdisjoint({"sid", "authMode", "otherIds"})
