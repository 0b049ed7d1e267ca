"""Two groups with one row of everything: what the isolation test tries to reach across the walls."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from identities.self_registrations.remarks import sealed
from portal.dispatch.operations import Letter, post
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Machine, record
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.memberships.models import Invitation, User
from tenants.memberships.permissions import GROUP_ONLY_ROLES, Role
from tests.factories.api_keys import make_key
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import CampaignFactory, DirectoryLinkFactory, LookupFactory
from tests.factories.duplicates import doubles_of
from tests.factories.groups import UnitFactory
from tests.factories.hr_imports import hr_import_of
from tests.factories.identity_checks import TraitChangeFactory
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import request_of
from tests.factories.reviews import review_of
from tests.factories.rpps_plus import portal_work_of
from tests.factories.self_registrations import self_registration_of
from tests.factories.situations import SituationFactory
from tests.fixtures import make_group
from tests.house.rooms import tenant_tables

SECRET = "INTERDIT"  # stands in every text of the place nobody else may read


@dataclass
class Place:
    """One establishment and one row of each kind that an address or a form may name."""

    group_id: UUID
    slug: str
    ids: dict[str, UUID] = field(default_factory=dict)


def _fill(group: SimpleNamespace, establishment: Any, mark: str) -> Place:
    with tenant(group.id):
        person = PersonFactory(birth_name=f"{mark} NOM", usage_name=f"{mark} USAGE", phone="0600000000")
        assignment = AssignmentFactory(person=person, establishment=establishment, agency=f"{mark} AGENCE")
        identifier = PersonIdentifierFactory(person=person, value=f"{mark}-{establishment.pk.hex[:6]}")
        unit = UnitFactory(establishment=establishment, name=f"{mark} SERVICE")
        hr_import = hr_import_of(establishment, mark)
        doubles = doubles_of(mark, person)
        review = review_of(establishment, assignment, mark)
        link = DirectoryLinkFactory(linked=True, person=person, decided_by_name=f"{mark} DÉCISION")
        campaign = CampaignFactory(started_by_name=f"{mark} CAMPAGNE")
        LookupFactory(campaign=campaign, link=link, failure=f"{mark} ÉCHEC")
        DirectoryLinkFactory(person=person, reasons=[f"{mark} RAISON"])
        request = request_of(assignment, mark)
        at_portal = portal_work_of(establishment, mark)
        change = TraitChangeFactory(
            person=person, before={"usage_name": f"{mark} USAGE"}, after={"usage_name": f"{mark} DEMANDE"},
            asked_by_name=f"{mark} DEMANDEUR",
        )  # fmt: skip
        situation = SituationFactory(
            assignment__establishment=establishment,
            assignment__person__birth_name=f"{mark} PARTI",
            note=f"{mark} SITUATION",
        )
        by_themself = self_registration_of(
            person, establishment, mark, sealed_remarks=sealed({"usage_name": f"{mark} REMARQUE"})
        )
        message = post(Letter(kind="isolation", target=f"{mark} CIBLE"))
        record(
            Machine(f"{mark} AUTEUR"), Act("isolation", f"{{actor}} {mark}"), object_kind="person",
            object_id=person.pk, establishment_id=establishment.pk,
        )  # fmt: skip
        mapping = _mapping(establishment, mark)
        key = make_key(f"{mark} LOGICIEL {establishment.pk.hex[-4:]}")
    membership = MembershipFactory(
        group_id=group.id,
        role=Role.SITE_MANAGER,
        establishment_ids=[establishment.pk],
        user__full_name=f"{mark} DROIT",
    )
    invitation = Invitation.objects.create(membership=membership, expires_at=now() + timedelta(days=7))
    ids = {
        "establishment_id": establishment.pk,
        "person_id": person.pk,
        "assignment_id": assignment.pk,
        "identifier_id": identifier.pk,
        "unit_id": unit.pk,
        "message_id": message.pk,
        "trait_change_id": change.pk,
        "campaign_id": campaign.pk,
        "situation_id": situation.pk,
        **hr_import,
        **doubles,
        **review,
        **request,
        **at_portal,
        **by_themself,
        "membership_id": membership.pk,
        "invitation_id": invitation.pk,
        "mapping_id": mapping.pk,
        "key_id": key.row.pk,
    }
    return Place(group.id, group.slug, ids)


def _mapping(establishment: Any, mark: str) -> RoleMapping:
    """A role that the group's provider gives at that establishment; one provider for the whole group."""
    provider = IdentityProvider.objects.first() or IdentityProviderFactory(
        label=f"{mark} PORTE", client_id=f"{mark} CLIENT"
    )
    return RoleMappingFactory(
        provider=provider,
        value=f"{mark} VALEUR",
        establishment_ids=[establishment.pk],
        mapped_by=UserFactory(full_name=f"{mark} RELIEUR"),
    )


@dataclass
class World:
    """`home`: the first site of the group of those who try; `next_door`: its other site; `abroad`: another group."""

    home: Place
    next_door: Place
    abroad: Place
    users: dict[str, User]


def make_world() -> World:
    ours, theirs = make_group(), make_group()
    home = _fill(ours, ours.first, "permis")
    next_door = _fill(ours, ours.second, f"{SECRET} VOISIN")
    abroad = _fill(theirs, theirs.first, f"{SECRET} AILLEURS")
    return World(home, next_door, abroad, _users(ours))


def _users(ours: SimpleNamespace) -> dict[str, User]:
    users = {str(role): MembershipFactory(group_id=ours.id, role=role).user for role in Role}
    for role in set(Role) - GROUP_ONLY_ROLES:
        users[f"{role} of one site"] = MembershipFactory(
            group_id=ours.id, role=role, establishment_ids=[ours.first.pk]
        ).user
    return users


def fingerprint(group_id: UUID) -> dict[str, tuple]:
    """Every row of every tenant table of a group, as one number a table, and its rights."""
    found = {}
    with tenant(group_id), connection.cursor() as cursor:
        for table in tenant_tables():
            cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t")  # noqa: S608
            found[table] = cursor.fetchone()
        for label in ("memberships.Membership", "memberships.Invitation"):
            key = "membership__group_id" if label.endswith("Invitation") else "group_id"
            rows = apps.get_model(label).objects.filter(**{key: group_id}).order_by("pk").values_list()
            found[label] = (len(rows), hash(tuple(str(row) for row in rows)))
    return found
