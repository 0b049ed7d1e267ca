"""A group's own identity provider, as its administrators left it; used inside the group's door."""

import factory

from portal.foundation.clock import now
from portal.foundation.secrets import encrypt
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tests.sandbox import Provider


class IdentityProviderFactory(factory.django.DjangoModelFactory):
    """Open, for the addresses of the sandbox's people; `draft` has tried nothing."""

    class Meta:
        model = IdentityProvider

    label = "le compte de la Fondation"
    kind = "other"
    issuer = "https://connexion.tilleuls.example"
    client_id = Provider.client_id
    sealed_secret = factory.LazyFunction(lambda: encrypt(Provider.client_secret))
    domains = ["demo.invalid"]
    amr_proofs = [["mfa"], ["pwd", "hwk"]]
    acr_proofs = ["2"]
    evidence = "Le niveau 2 du royaume exige le mot de passe puis une clé."
    state = "open"
    checked_at = factory.LazyFunction(now)
    tried_at = factory.LazyFunction(now)

    class Params:
        draft = factory.Trait(state="draft", checked_at=None, tried_at=None)


class RoleMappingFactory(factory.django.DjangoModelFactory):
    """« trousseau-administrateurs », whom the sandbox's Claire is one of, are site managers of the whole group."""

    class Meta:
        model = RoleMapping

    claim = "groups"
    value = "trousseau-administrateurs"
    role = "site_manager"
