"""Links with the national directory, inside a tenant door."""

import factory

from identities.national_directory.models import Campaign, DirectoryLink, Lookup
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from tests.factories.people import PersonFactory


class DirectoryLinkFactory(factory.django.DjangoModelFactory):
    """A proposal; traits `linked`, `refused`."""

    class Meta:
        model = DirectoryLink

    person = factory.SubFactory(PersonFactory)
    rpps = factory.Sequence(lambda n: f"999{n:08}")
    state = "proposed"
    source = "name_job_site"
    reasons = ["Même nom, même profession et même établissement."]

    class Params:
        decided = factory.Trait(
            decided_by=factory.LazyFunction(uuid7),
            decided_by_name="Camille Fictif",
            decided_at=factory.LazyFunction(now),
            checked_at=factory.LazyFunction(now),
            rule_version="rie-v1",
        )
        linked = factory.Trait(
            decided=True, state="linked", seen={"name": "FICTIF Camille", "jobs": ["Infirmier"]}
        )
        refused = factory.Trait(decided=True, state="refused", reason="homonyme")


class CampaignFactory(factory.django.DjangoModelFactory):
    """A check of every link, over."""

    class Meta:
        model = Campaign

    state = "done"
    scope = "all"
    rule_version = "rie-v1"
    with_api = True
    started_by_name = "Camille Fictif"
    started_at = factory.LazyFunction(now)
    ended_at = factory.LazyFunction(now)


class LookupFactory(factory.django.DjangoModelFactory):
    """A number of which the API gave no usable answer."""

    class Meta:
        model = Lookup

    campaign = factory.SubFactory(CampaignFactory)
    link = factory.SubFactory(DirectoryLinkFactory, linked=True)
    rpps = factory.SelfAttribute("link.rpps")
    state = "failed"
    failure = "L'API ne répond pas."
