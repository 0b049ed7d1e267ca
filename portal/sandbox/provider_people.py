"""The fictitious people of a group's own identity provider: claims as Okta, Entra and Keycloak shape them."""

from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from portal.sandbox.persona import Persona

DOMAIN = "demo.invalid"
TWO_FACTORS = ["pwd", "mfa"]
OKTA_FACTORS = ["pwd", "mfa", "swk"]


def _person(slug: str, name: str, note: str, *, id_token: Any = None, **claims: Any) -> Persona:
    """`claims` go to the id_token and, but for amr and acr, to the user information; None removes one;
    `id_token` holds what the id_token says instead."""
    given, _, family = name.partition(" ")
    oid = str(uuid5(NAMESPACE_OID, slug))
    known = {
        "oid": oid,
        "email": f"{given.lower().replace('é', 'e').replace('è', 'e')}@{DOMAIN}",
        "email_verified": True,
        "name": name,
        "given_name": given,
        "family_name": family,
        "amr": TWO_FACTORS,
        "groups": ["trousseau-lecteurs"],
        **claims,
    }
    kept = {claim: value for claim, value in known.items() if value is not None}
    subject = claims.get("sub", f"00u{oid.replace('-', '')[:17]}")
    said = kept if id_token is None else id_token
    shown = {claim: value for claim, value in kept.items() if claim not in ("amr", "acr")}
    return Persona(slug=slug, name=name, note=note, subject=subject, userinfo=shown, id_token=said)


EVERYDAY = (
    _person(
        "claire-okta", "Claire Delorme", "Okta : mot de passe et Okta Verify, groupe des administrateurs",
        amr=OKTA_FACTORS, groups=["Everyone", "trousseau-administrateurs"], preferred_username="claire@demo.invalid",
    ),
    _person(
        "sophie-entra", "Sophie Marchand", "Entra : amr pwd et mfa, rôle d'application de référente",
        groups=None, roles=["Trousseau.Referent"], upn="sophie@demo.invalid", ver="2.0",
    ),
    _person(
        "nadia-keycloak", "Nadia Roche", "Keycloak : acr 2, sans amr, groupe en chemin",
        amr=None, acr="2", groups=["/trousseau/rh"], preferred_username="nadia",
    ),
    _person("paul-carte", "Paul Vidal", "carte et code : sc, pin, mfa, hwk", amr=["sc", "pin", "mfa", "hwk"], acr="loa3"),
    _person("helene-entra", "Hélène Morin", "Entra : deux facteurs", groups=["5f2d7c1e-0000-4000-8000-000000000001"]),
)  # fmt: skip

ODD = (
    _person("un-facteur", "Marie Lenoir", "mot de passe seul", amr=["pwd"]),
    _person("keycloak-un-facteur", "Jules Noël", "Keycloak : acr 1, sans amr", amr=None, acr="1"),
    _person("amr-inconnu", "Théo Brun", "amr que personne ne connaît", amr=["pwd", "zz_nouveau"]),
    _person("amr-texte", "Lola Faure", "amr en texte au lieu d'une liste", amr="pwd mfa"),
    _person("amr-absent", "Emma Leroy", "ni amr ni acr", amr=None),
    _person("autre-domaine", "Igor Weber", "adresse d'un autre domaine", email="igor@ailleurs.invalid"),
    _person("domaine-imite", "Nina Rossi", "domaine qui finit comme le vrai", email="nina@faux-demo.invalid"),
    _person("sans-groupe", "Anna Klein", "aucun groupe ni rôle", groups=None),
    _person(
        "trop-de-groupes", "Omar Saïd", "Entra : trop de groupes, un renvoi à leur place", groups=None,
        _claim_names={"groups": "src1"}, _claim_sources={"src1": {"endpoint": "https://graph.invalid/groupes"}},
    ),
    _person("adresse-non-verifiee", "Sara Blanc", "email_verified faux", email_verified=False),
    _person("verifiee-en-texte", "Rose Adam", "email_verified en texte", email_verified="false"),
    _person("sans-adresse", "Max Colin", "aucune adresse", email=None, email_verified=None),
    _person(
        "adresse-reprise", "Claire Dumas", "l'adresse de Claire Delorme, donnée à une autre personne",
        amr=OKTA_FACTORS, email="claire@demo.invalid",
    ),
    _person("adresse-changee", "Claire Delorme", "Claire Delorme sous une autre adresse", amr=OKTA_FACTORS,
            sub=EVERYDAY[0].subject, oid=EVERYDAY[0].userinfo["oid"], email="claire.delorme@demo.invalid"),
    _person(
        "jeton-maigre", "Luc Perrin", "Okta : id_token sans profil, tout est dans userinfo",
        amr=OKTA_FACTORS, id_token={"amr": OKTA_FACTORS},
    ),
)  # fmt: skip

PEOPLE: dict[str, Persona] = {
    one.slug: one for one in (*EVERYDAY, *(replace(one, everyday=False) for one in ODD))
}
