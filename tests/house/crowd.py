"""One group that grows: the same pages are asked with few rows and with many, of everything at once."""

from datetime import timedelta

from django.apps import apps

from portal.dispatch.delivery import deliver
from portal.dispatch.operations import Letter, post_all
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Entry, Machine, record_set
from tenants.identity_providers.models import FactorRefusal
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tests.factories.api_keys import make_key
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import CampaignFactory, DirectoryLinkFactory, LookupFactory
from tests.factories.duplicates import MergeFactory, doubles_of, pair_of
from tests.factories.groups import EstablishmentFactory, UnitFactory
from tests.factories.hr_imports import hr_import_of, more_of_import
from tests.factories.identity_checks import TraitChangeFactory
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.factories.memberships import InvitationFactory, MembershipFactory, UserFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import more_of_request, request_of
from tests.factories.reviews import more_of_review, review_of
from tests.factories.rpps_plus import more_of_portal_work, portal_work_of
from tests.factories.self_registrations import SelfRegistrationFactory, self_registration_of
from tests.factories.situations import SituationFactory
from tests.fixtures import make_group
from tests.house.addresses import Names

GREW = Act("grew", "{actor} a fait grandir le groupe.")


def give_to_a_person(messages: list) -> None:
    """As after a refusal of the target."""
    ids = [one.pk for one in messages]
    apps.get_model("dispatch.Message").objects.filter(pk__in=ids).update(state="to_handle", reason="Refusé.")


class Crowd:
    """`grow(to)` brings every kind of row of the first site, and of one person, to that number."""

    def __init__(self) -> None:
        self.group = make_group()
        self.site = self.group.first
        self.administrator = MembershipFactory(group_id=self.group.id).user
        self.size = 0
        with tenant(self.group.id):
            self.person = PersonFactory(birth_name="Fictif", first_names=["Camille"])
            self.assignment = AssignmentFactory(establishment=self.site, person=self.person, mission=True)
            self.unit = UnitFactory(establishment=self.site)
            self.messages = post_all([Letter(kind="crowd", target="annuaire")])
            give_to_a_person(self.messages)
            self.provider = IdentityProviderFactory(issuer="http://127.0.0.1:9/personne")
            self.mapping = RoleMappingFactory(provider=self.provider, mapped_by=self.administrator)
            self.hr_import = hr_import_of(self.site, "Paie")
            self.doubles = doubles_of("Paire", self.person)
            self.identifier = PersonIdentifierFactory(person=self.person)
            self.campaign = CampaignFactory()
            self.review = review_of(self.site, self.assignment, "Revue")
            self.change = TraitChangeFactory(person=self.person)
            self.request = request_of(self.assignment, "Demande")
            self.at_portal = portal_work_of(self.site, "Portail")
            self.key = make_key("Paie Siège")
            self.by_themself = self_registration_of(self.person, self.site, "Parcours")
            self.situation = SituationFactory(assignment__establishment=self.site)
        self.right = MembershipFactory(
            group_id=self.group.id, role=Role.SITE_MANAGER, establishment_ids=[self.site.pk]
        )

    def grow(self, to: int) -> None:
        """Adds what is missing of each kind."""
        count, self.size = to - self.size, to
        with tenant(self.group.id):
            self._people(count)
            self._of_the_person(count)
            UnitFactory.create_batch(count, establishment=self.site)
            EstablishmentFactory.create_batch(count, legal_entity=self.group.entity)
            more_of_request(self.request["request_id"], count)
            more_of_portal_work(self.site, count)
            more_of_review(self.review["site_review_id"], count)
            more_of_import(self.hr_import["run_id"], self.site, count)
            self._doubles(count)
        with tenant(self.group.id):
            self._letters(count)
            self._keys(count)
            self._of_the_provider(count)
        self._rights(count)
        for _ in range(count):
            make_group()

    def _doubles(self, count: int) -> None:
        """Pairs of the person looked at and of others, in every list, and merges."""
        for state in ("to_settle", "later", "homonym"):
            for _ in range(count):
                pair_of(
                    self.person, PersonFactory(), state=state, decided_by_name="Camille", decided_at=now()
                )
        MergeFactory.create_batch(count)
        MergeFactory.create_batch(count, kept=self.person)

    def _people(self, count: int) -> None:
        """Homonyms, so that a search finds them all; one stay of each state a person may be listed with."""
        for _ in range(count):
            for trait in ({"mission": True}, {}, {"planned": True}, {"ended": True}):
                stay = AssignmentFactory(
                    establishment=self.site,
                    person__birth_name="Fictif",
                    person__first_names=["Camille"],
                    **trait,
                )
                PersonIdentifierFactory(person=stay.person)
                TraitChangeFactory(person=stay.person)
            for trait in ({}, {"filled": True}, {"declared": True}):
                SelfRegistrationFactory(establishment=self.site, **trait)
            for trait in ({"linked": True, "differences": ["other_name"]}, {"refused": True}, {}):
                person = PersonFactory(birth_name="Fictif", first_names=["Camille"])
                AssignmentFactory(establishment=self.site, person=person)
                link = DirectoryLinkFactory(person=person, **trait)
            for trait in ({}, {"late": True}, {"closed": True}, {"not_needed": True}):
                SituationFactory(assignment__establishment=self.site, **trait)
            LookupFactory(campaign=self.campaign, link=link)
            CampaignFactory()

    def _of_the_person(self, count: int) -> None:
        for rank in range(self.size - count, self.size):
            before = now() - timedelta(days=100 + 10 * rank)
            times = {"starts_at": before, "ends_at": before + timedelta(days=5)}
            stay = AssignmentFactory(establishment=self.site, person=self.person, ended=True, **times)
            SituationFactory(assignment=stay, closed=True)
            PersonIdentifierFactory(person=self.person)
            IdentityCheckFactory(person=self.person)
        self._lines(count, "person", self.person.pk)

    def _rights(self, count: int) -> None:
        """Of several roles and states; and as many lines about the right that is looked at."""
        sites = [self.site.pk]
        for _ in range(count):
            MembershipFactory(group_id=self.group.id, role=Role.SITE_MANAGER, establishment_ids=sites)
            MembershipFactory(group_id=self.group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
            InvitationFactory(membership__group_id=self.group.id)
            InvitationFactory(membership=self.right, cancelled_at=now())
        with tenant(self.group.id):
            self._lines(count, "membership", self.right.pk)

    def _of_the_provider(self, count: int) -> None:
        """Values that give roles, and refusals of factors."""
        for rank in range(self.size - count, self.size):
            RoleMappingFactory(
                provider=self.provider,
                value=f"groupe-{rank}",
                mapped_by=UserFactory(),
                establishment_ids=[self.site.pk],
            )
            FactorRefusal.objects.create(
                provider=self.provider, code="valeur-inconnue", received=f"amr zz_{rank}", last_at=now()
            )
        self._lines(count, "identity_provider", self.provider.pk)

    def _keys(self, count: int) -> None:
        """Many keys, and as many lines about one."""
        for _ in range(count):
            make_key()
        self._lines(count, "api_key", self.key.row.pk)

    def _letters(self, count: int) -> None:
        """Waiting, to be handled by a person, and settled."""
        posted = post_all([Letter(kind="crowd", target="annuaire")] * 3 * count)
        give_to_a_person(posted[:count])
        for message in posted[count : 2 * count]:
            deliver(self.group.id, message.pk)

    def _lines(self, count: int, kind: str, object_id) -> None:
        entries = [Entry(kind, object_id, {}, self.site.pk) for _ in range(count)]
        record_set(Machine("La foule"), GREW, entries)

    def names(self) -> Names:
        ids = {
            "establishment_id": [self.site.pk],
            "person_id": [self.person.pk],
            "assignment_id": [self.assignment.pk],
            "unit_id": [self.unit.pk],
            "membership_id": [self.right.pk],
            "message_id": [self.messages[0].pk],
            "trait_change_id": [self.change.pk],
            "campaign_id": [self.campaign.pk],
            "situation_id": [self.situation.pk],
            **{
                name: [one]
                for name, one in {
                    **self.hr_import,
                    **self.review,
                    **self.doubles,
                    **self.by_themself,
                    **self.request,
                    **self.at_portal,
                }.items()
            },
            "identifier_id": [self.identifier.pk],
            "mapping_id": [self.mapping.pk],
            "key_id": [self.key.row.pk],
            "group_address": [self.group.slug],
        }
        return Names(self.group.slug, ids)
