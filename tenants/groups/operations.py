"""Writes of groups and their places."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Actor, Entry, record, record_set
from tenants.groups.finess_queries import ProposedEntity, ProposedSite, propose_entities
from tenants.groups.models import Establishment, Group, LegalEntity
from tenants.groups.queries import free_slug, holders_of
from tenants.groups.rules import check_chosen_sites, check_first_administrators, check_group_name
from tenants.memberships.operations import invite_first_administrators

GROUP_CREATED = Act("group_created", "{actor} a créé le groupe « {name} » : {sites} établissements.")
ESTABLISHMENT_OPENED = Act(
    "establishment_opened", "{actor} a ouvert l'établissement « {name} » (FINESS {finess})."
)


@dataclass(frozen=True)
class CreatedGroup:
    """The group, and the invitation link of each first administrator, in the order they were given."""

    group: Group
    sites: int
    links: tuple[str, ...]


def create_group(
    *,
    actor: Actor,
    name: str,
    slug: str = "",
    legal_entities: Sequence[str],
    sites: Collection[str] | None = None,
    recipients: Sequence[tuple[str, str]],
) -> CreatedGroup:
    """Opens a customer's group from its EJ numbers, and invites its two first administrators (full name, e-mail).

    `sites` are the FINESS ET to take, all the proposed ones by default; an empty `slug` is drawn from the name. Runs in
    the operator's door. Refuses (DomainError) what `propose_entities` refuses, an EJ that another group has, a site that
    is not proposed, an address already taken, other than two different administrators.
    """
    check_group_name(name, slug)
    check_first_administrators(recipients)
    entities = propose_entities(legal_entities)
    _check_free(entities)
    kept = _chosen(entities, sites)
    address = slug or free_slug(name)
    group_id = uuid7()
    with tenant(group_id):
        group = _open_group(Group(id=group_id, name=name.strip(), slug=address))
        opened = [site for entity in kept for site in _open_sites(entity)]
        record(
            actor, GROUP_CREATED, object_kind="group", object_id=group.id, name=group.name, sites=len(opened)
        )
        record_set(actor, ESTABLISHMENT_OPENED, map(_opening, opened))
        links = invite_first_administrators(actor=actor, group=group, recipients=list(recipients))
    return CreatedGroup(group, len(opened), tuple(links))


def _check_free(entities: Iterable[ProposedEntity]) -> None:
    for finess, holder in holders_of(entity.finess for entity in entities).items():
        raise DomainError(
            f"{finess} belongs to another group",
            f"L'entité juridique {finess} est déjà dans le groupe « {holder} ».",
            field="numbers",
        )


def _chosen(entities: Iterable[ProposedEntity], sites: Collection[str] | None) -> list[ProposedEntity]:
    """The entities with the sites to take; an entity without any is not taken."""
    proposed = {site.national.finess for entity in entities for site in entity.sites}
    wanted = proposed if sites is None else set(sites)
    check_chosen_sites(wanted, proposed)
    return [
        replace(entity, sites=tuple(site for site in entity.sites if site.national.finess in wanted))
        for entity in entities
        if any(site.national.finess in wanted for site in entity.sites)
    ]


def _open_group(group: Group) -> Group:
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError as error:  # the only unique value that is not drawn at random
        raise DomainError(
            f"Slug {group.slug} is taken",
            f"L'adresse « {group.slug} » est déjà celle d'un autre groupe : choisissez-en une autre.",
            field="slug",
        ) from error
    return group


def _open_sites(entity: ProposedEntity) -> list[Establishment]:
    ours = LegalEntity.objects.create(finess=entity.finess, siren=entity.siren, name=entity.name)
    return Establishment.objects.bulk_create([_establishment(ours, site) for site in entity.sites])


def _establishment(legal_entity: LegalEntity, site: ProposedSite) -> Establishment:
    national = site.national
    return Establishment(
        legal_entity=legal_entity,
        finess=national.finess,
        siret=national.siret,
        name=national.name,
        category_code=national.category_code,
        address=national.address,
        postal_code=national.postal_code,
        city=national.city,
        department=national.department,
        phone=national.phone,
        opened_on=national.opened_on,
        closed_on=national.closed_on,
    )


def _opening(site: Establishment) -> Entry:
    return Entry(
        "establishment", site.pk, {"name": site.name, "finess": site.finess}, establishment_id=site.pk
    )
