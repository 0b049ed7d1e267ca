"""« Gestionnaires RPPS+ » : who may work the portal, for which sites, and what each still lacks."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.rpps_plus.forms import ManagerForm
from identities.rpps_plus.models import RppsManager
from identities.rpps_plus.operations import change_manager, end_manager, name_manager
from identities.rpps_plus.queries import managers_in_force, portal_workers, sites_without_manager
from identities.rpps_plus.shown import manager_rows
from portal.foundation.addresses import address
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tenancy import current_group_id
from tenants.groups.models import Establishment
from tenants.groups.queries import legal_entity_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

MANAGE = Permission.RPPS_MANAGERS_MANAGE


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def managers(request: TenantRequest) -> HttpResponse:
    """Those in force, with what each lacks, and the sites that nobody may register for."""
    place = {"group_slug": request.access.group_slug}
    found = managers_in_force()
    context = {
        "rows": manager_rows(found, place),
        "without": sites_without_manager(found),
        "may_manage": request.access.holds(MANAGE),
        "new_url": address("rpps_plus:new_manager", **place),
        "desk_url": address("registrations:desk", **place),
        "work_url": address("rpps_plus:worklist", **place),
    }
    return render(request, "rpps_plus/managers.html", context)


def _form(request: TenantRequest, initial: dict[str, Any], chosen: RppsManager | None) -> ManagerForm:
    people = portal_workers(current_group_id())
    if chosen is not None:
        people = {chosen.user_id: chosen.full_name}
    sites = Establishment.objects.filter(closed_on=None).order_by("search_key", "pk")
    return ManagerForm(
        request.POST or None, initial=initial, people=people, sites=sites, legal_entities=legal_entity_names()
    )


def _list_url(request: TenantRequest) -> str:
    return address("rpps_plus:managers", group_slug=request.access.group_slug)


@requires(MANAGE)
def new_manager(request: TenantRequest) -> HttpResponse:
    """Names a gestionnaire among the accounts whose role works registrations."""
    form = _form(request, {}, None)
    if request.method == "POST" and form.is_valid():
        user_id, full_name = form.person
        try:
            name_manager(
                actor=request.access, user_id=user_id, full_name=full_name, conditions=form.conditions
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{full_name} est inscrit comme gestionnaire RPPS+.")
            return redirect(_list_url(request))
    title = "Inscrire un gestionnaire RPPS+"
    return render(
        request, "rpps_plus/manager.html", {"form": form, "title": title, "back": _list_url(request)}
    )


def _found(rpps_manager_id: UUID) -> RppsManager:
    rows = RppsManager.objects.select_related("legal_entity", "establishment")
    found = rows.filter(pk=rpps_manager_id, ended_on=None).first()
    if found is None:
        raise Http404
    return found


@requires(MANAGE)
def manager(request: TenantRequest, rpps_manager_id: UUID) -> HttpResponse:
    """New dates, a renewed card, another place."""
    found = _found(rpps_manager_id)
    form = _form(request, ManagerForm.values_of(found), found)
    if request.method == "POST" and form.is_valid():
        try:
            change_manager(actor=request.access, manager=found, conditions=form.conditions)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"Conditions de {found.full_name} mises à jour.")
            return redirect(_list_url(request))
    context = {"form": form, "title": found.full_name, "back": _list_url(request)}
    return render(request, "rpps_plus/manager.html", context)


@requires(MANAGE)
def end(request: TenantRequest, rpps_manager_id: UUID) -> HttpResponse:
    """They no longer work the portal."""
    found = _found(rpps_manager_id)
    if request.method == "POST":
        end_manager(actor=request.access, manager=found)
        messages.success(request, f"{found.full_name} n'est plus gestionnaire RPPS+.")
        return redirect(_list_url(request))
    context = {
        "title": f"Mettre fin au rôle de {found.full_name}",
        "consequences": [
            "Cette personne ne pourra plus noter ici de saisie au portail RPPS+ pour ces sites.",
            "Retirez-lui aussi son habilitation dans « Portail mes habilitations » : ce portail-ci ne peut pas le faire.",
        ],
        "confirm_label": "Mettre fin au rôle",
        "cancel_url": _list_url(request),
    }
    return render(request, "components/confirm.html", context)
