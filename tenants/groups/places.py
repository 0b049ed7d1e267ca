"""A group changes its own settings and the units of its establishments."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Act, Actor, record
from tenants.groups.models import Establishment, Group, Unit

SETTINGS_CHANGED = Act("group_settings_changed", "{actor} a changé les réglages du groupe « {name} ».")
UNIT_ADDED = Act("unit_added", "{actor} a ajouté le service « {name} » à l'établissement « {site} ».")
UNIT_RENAMED = Act("unit_renamed", "{actor} a renommé le service « {old} » en « {name} » ({site}).")
UNIT_REMOVED = Act("unit_removed", "{actor} a retiré le service « {name} » de l'établissement « {site} ».")


def current_group() -> Group:
    """The group of the current door."""
    return Group.objects.get(pk=current_group_id())


def change_settings(*, actor: Actor, group: Group, name: str, sites_see_other_sites: bool) -> None:
    """Renames the group, and says whether a site may see the other affectations of its people."""
    before = {"name": group.name, "sites_see_other_sites": group.sites_see_other_sites}
    after = {"name": name.strip(), "sites_see_other_sites": sites_see_other_sites}
    if after == before:
        return
    Group.objects.filter(pk=group.pk).update(**after)
    record(
        actor,
        SETTINGS_CHANGED,
        object_kind="group",
        object_id=group.pk,
        before=before,
        after=after,
        name=group.name,
    )


def add_unit(*, actor: Actor, establishment: Establishment, name: str) -> Unit:
    """Refuses (DomainError) a name that the establishment already uses."""
    unit = Unit(establishment=establishment, name=name.strip())
    _save(unit)
    _record(actor, UNIT_ADDED, unit, establishment)
    return unit


def rename_unit(*, actor: Actor, unit: Unit, name: str) -> None:
    """Refuses (DomainError) a name that the establishment already uses."""
    old, unit.name = unit.name, name.strip()
    _save(unit)
    _record(actor, UNIT_RENAMED, unit, unit.establishment, old=old)


def remove_unit(*, actor: Actor, unit: Unit) -> None:
    """Refuses (DomainError) a unit that an affectation names."""
    establishment = unit.establishment
    unit_id = unit.pk
    try:
        with transaction.atomic():
            unit.delete()
    except (ProtectedError, RestrictedError, IntegrityError) as error:
        raise DomainError(
            f"Unit {unit_id} is named by assignments",
            f"Des affectations portent le service « {unit.name} » : il reste, mais vous pouvez le renommer.",
        ) from error
    unit.pk = unit_id
    _record(actor, UNIT_REMOVED, unit, establishment)


def _save(unit: Unit) -> None:
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise DomainError(
            "Unit name taken", f"Un service s'appelle déjà « {unit.name} » : choisissez un autre nom.", "name"
        ) from error


def _record(actor: Actor, act: Act, unit: Unit, establishment: Establishment, **values: str) -> None:
    record(
        actor, act, object_kind="unit", object_id=unit.pk, establishment_id=establishment.pk,
        name=unit.name, site=establishment.name, **values,
    )  # fmt: skip
