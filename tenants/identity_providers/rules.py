"""What a group may write about its provider, and when its door may open."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from tenants.identity_providers.factors import KNOWN_VALUES, is_two_factors
from tenants.identity_providers.models import IdentityProvider
from tenants.identity_providers.oidc.session import ForbiddenAddressError, check_address
from tenants.memberships.access import Access
from tenants.memberships.permissions import Role
from tenants.memberships.rules import Sites, check_grant, check_scope

_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_VALUE = re.compile(r"[\w.:/+-]{1,100}")
# Anybody has an address there: no group may say that it is theirs.
PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.com live.fr msn.com yahoo.com yahoo.fr "
    "icloud.com me.com orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr proton.me protonmail.com gmx.fr "
    "gmx.com aol.com".split()
)


def check_label(label: str) -> None:
    """Refuses (DomainError) the name of a national door: people would give their proofs to another."""
    if "sante connect" in search_key(label).lower():
        raise DomainError(
            "Name of a national door",
            "« Pro Santé Connect » est une autre porte : donnez à celle-ci le nom de votre groupe.",
            "label",
        )


def check_issuer(issuer: str) -> None:
    """Refuses (DomainError) an address that is not https, or that holds more than a host and a path."""
    try:
        check_address(issuer)
    except ForbiddenAddressError as error:
        raise DomainError(
            "Not https",
            "Donnez l'adresse de votre fournisseur telle qu'il la publie, en https et sans mot de passe.",
            "issuer",
        ) from error
    if urlsplit(issuer).query:
        raise DomainError("Query in issuer", "Retirez ce qui suit le point d'interrogation.", "issuer")


def check_domains(domains: Sequence[str]) -> None:
    """Refuses (DomainError) no domain, what is not one, and the domains of public mail services."""
    if not domains:
        raise DomainError("No domain", "Donnez au moins un domaine d'adresses de votre groupe.", "domains")
    wrong = [one for one in domains if not _DOMAIN.fullmatch(one)]
    if wrong:
        raise DomainError(
            "Not a domain",
            f"« {wrong[0][:60]} » n'est pas un domaine : écrivez par exemple « exemple.fr ».",
            "domains",
        )
    public = PUBLIC_DOMAINS & set(domains)
    if public:
        raise DomainError(
            "Public domain",
            f"« {min(public)} » est une messagerie publique : tout le monde peut y avoir une adresse. Retirez-la.",
            "domains",
        )


def check_factor_rules(amr: Sequence[Sequence[str]], acr: Sequence[str], evidence: str) -> None:
    """Two factors of different kinds (RIE EXI 22): refuses (DomainError) a combination that is known to be less, and words
    that no text defines (levels, an editor's own values) without the sentence that says where their meaning comes from.
    """
    if not amr and not acr:
        raise DomainError(
            "No rule", "Écrivez au moins une règle : sans elle, personne ne peut entrer.", "amr_proofs"
        )
    for one in amr:
        odd = [value for value in one if not _VALUE.fullmatch(value)]
        if odd:
            raise DomainError(
                "Odd value",
                f"« {odd[0][:40]} » n'est pas une valeur d'amr : séparez les valeurs par « + ».",
                "amr_proofs",
            )
        if set(one) <= set(KNOWN_VALUES) and not is_two_factors(one):
            raise DomainError(
                "One factor",
                f"« {' + '.join(one)} » ne prouve pas deux facteurs de natures différentes : complétez cette ligne.",
                "amr_proofs",
            )
    if any(not _VALUE.fullmatch(one) for one in acr):
        raise DomainError("Odd level", "Un niveau s'écrit sans espace, un par ligne.", "acr_proofs")
    own = sorted({value for one in amr for value in one} - set(KNOWN_VALUES))
    if (acr or own) and len(evidence.strip()) < 20:
        what = "des niveaux (acr)" if acr else f"la valeur « {own[0]} »"
        raise DomainError(
            "No evidence",
            f"Vous acceptez {what} dont aucun texte public ne dit le sens : écrivez d'où vous le tenez.",
            "evidence",
        )


def check_mapping(access: Access, role: Role, establishment_ids: Sites) -> None:
    """One maps only what one could grant, and never the administration of the group. Refuses (DomainError) the rest."""
    if role == Role.GROUP_ADMIN:
        raise DomainError(
            "Never an administrator",
            "Un administrateur de groupe se nomme par invitation, jamais par un groupe du fournisseur.",
            "role",
        )
    check_scope(role, establishment_ids)
    check_grant(access, role, establishment_ids)


def missing_before_open(provider: IdentityProvider, taken_domains: Sequence[str]) -> list[str]:
    """What still has to be done before the door may open, in French; empty when it may. `taken_domains`: those of its
    domains that another group's open door expects."""
    missing = []
    if provider.checked_at is None:
        missing.append("Essayez la configuration : tous les points doivent être corrects.")
    if provider.tried_at is None:
        missing.append("Essayez de vous connecter vous-même, avec vos deux facteurs.")
    if taken_domains:
        missing.append(
            f"Le domaine {taken_domains[0]} est déjà celui de la porte d'un autre groupe : retirez-le, ou écrivez à "
            "l'exploitant de la plateforme."
        )
    return missing


def check_open(provider: IdentityProvider, taken_domains: Sequence[str]) -> None:
    """Refuses (DomainError) to open what was not examined and tried by an administrator since its last change."""
    missing = missing_before_open(provider, taken_domains)
    if missing:
        raise DomainError("Not ready", f"La porte ne peut pas encore s'ouvrir. {missing[0]}")
