"""Which values of the provider's claims give which roles."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from portal.foundation.errors import DomainError
from tenants.groups.queries import establishment_names
from tenants.identity_providers.forms import MappingForm
from tenants.identity_providers.models import RoleMapping
from tenants.identity_providers.operations import map_role, unmap_role
from tenants.identity_providers.views import MANAGE, existing_provider, group_url
from tenants.memberships.doors import TenantRequest, requires


@requires(MANAGE)
def add(request: TenantRequest) -> HttpResponse:
    """One more value that gives a role."""
    provider = existing_provider(request)
    form = MappingForm(request.POST or None, access=request.access, names=establishment_names())
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                map_role(actor=request.access, provider=provider, **form.terms)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request, "Relié : le droit vient à la prochaine connexion de chacun par cette porte."
            )
            return redirect(group_url(request, "provider"))
    context = {"form": form, "back": group_url(request, "provider")}
    return render(request, "identity_providers/mapping.html", context)


@requires(MANAGE)
def remove(request: TenantRequest, mapping_id: UUID) -> HttpResponse:
    """A page before a value stops giving a role."""
    provider = existing_provider(request)
    mapping = get_object_or_404(RoleMapping, pk=mapping_id, provider=provider)
    if request.method == "POST":
        with transaction.atomic():
            ended = unmap_role(actor=request.access, provider=provider, mapping=mapping)
        said = f" {ended} droit{'s' * (ended > 1)} terminé{'s' * (ended > 1)}." if ended else ""
        messages.success(request, f"Cette valeur ne donne plus de rôle.{said}")
        return redirect(group_url(request, "provider"))
    context = {
        "title": f"Ne plus relier {mapping.claim} = {mapping.value}",
        "consequences": [
            f"Cette valeur ne donne plus le rôle « {mapping.get_role_display()} ».",
            "Si aucune autre ligne ne donne ce rôle, les droits que le fournisseur a donnés s'arrêtent tout de suite et les "
            "sessions de leurs porteurs sont coupées.",
            "Sinon, ils suivent à la prochaine connexion de chacun.",
            "Les droits que des personnes ont donnés ne changent pas.",
        ],
        "confirm_label": "Ne plus relier",
        "cancel_url": group_url(request, "provider"),
    }
    return render(request, "components/confirm.html", context)
