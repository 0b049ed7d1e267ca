"""A group's own pages: its settings, and the units of an establishment."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.groups.forms import GroupSettingsForm, UnitForm
from tenants.groups.models import Establishment, Unit
from tenants.groups.places import add_unit, change_settings, current_group, remove_unit, rename_unit
from tenants.groups.queries import units_of
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


@requires(Permission.GROUP_SETTINGS)
def group_settings(request: TenantRequest) -> HttpResponse:
    group = current_group()
    current = {"name": group.name, "sites_see_other_sites": group.sites_see_other_sites}
    form = GroupSettingsForm(request.POST or None, initial=current)
    if request.method == "POST" and form.is_valid():
        change_settings(actor=request.access, group=group, **form.cleaned_data)
        messages.success(request, "Réglages enregistrés.")
        return redirect(request.path)
    return render(request, "groups/settings.html", {"form": form, "group": group})


def _units_page(request: TenantRequest, establishment: Establishment, form: UnitForm) -> HttpResponse:
    context = {"form": form, "establishment": establishment, "units": units_of(establishment.pk)}
    return render(request, "groups/units.html", context)


@requires(Permission.ESTABLISHMENTS_EDIT)
def units(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    establishment = get_object_or_404(Establishment, pk=establishment_id)
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_unit(actor=request.access, establishment=establishment, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect(request.path)
    return _units_page(request, establishment, form)


@requires(Permission.ESTABLISHMENTS_EDIT)
def unit(request: TenantRequest, establishment_id: UUID, unit_id: UUID) -> HttpResponse:
    found = get_object_or_404(
        Unit.objects.select_related("establishment"), pk=unit_id, establishment_id=establishment_id
    )
    form = UnitForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                remove_unit(actor=request.access, unit=found)
                return redirect("groups:units", request.access.group_slug, establishment_id)
            if form.is_valid():
                rename_unit(actor=request.access, unit=found, **form.cleaned_data)
                return redirect("groups:units", request.access.group_slug, establishment_id)
        except DomainError as error:
            form.is_valid()
            add_refusal(form, error)
    return render(request, "groups/unit.html", {"form": form, "unit": found})
