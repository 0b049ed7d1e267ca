"""« Connexion du groupe » : the identity provider as its administrators see it. Nothing here goes out to the network."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.foundation.errors import DomainError
from portal.journal.queries import lines_about
from tenants.groups.queries import establishment_names
from tenants.identity_providers.factors import KNOWN_VALUES, PRESETS, ProviderKind
from tenants.identity_providers.forms import ProviderForm, in_place, proposed
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.identity_providers.oidc.adapters import return_address
from tenants.identity_providers.operations import (
    change_provider,
    describe_provider,
    forget_refusals,
    open_provider,
    suspend_provider,
)
from tenants.identity_providers.queries import (
    mappings_of,
    provider_of_group,
    refusals_of,
    taken_domains,
)
from tenants.identity_providers.rules import missing_before_open
from tenants.identity_providers.states import ProviderState
from tenants.identity_providers.trial import kept_trial
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission
from tenants.memberships.spoken import spoken_places

MANAGE = Permission.IDENTITY_PROVIDER_MANAGE
STATUS = {ProviderState.DRAFT: "neutral", ProviderState.OPEN: "ok", ProviderState.SUSPENDED: "warn"}


def group_url(request: TenantRequest, route: str) -> str:
    return reverse(f"identity_providers_group:{route}", kwargs={"group_slug": request.access.group_slug})


def existing_provider(request: TenantRequest) -> IdentityProvider:
    """The provider of the current group. Refuses (404) while there is none."""
    found = provider_of_group()
    if found is None:
        raise Http404
    return found


@requires(MANAGE)
def provider(request: TenantRequest) -> HttpResponse:
    """The whole picture: what is described, what was tried, whom it lets in, what it refused."""
    slug = request.access.group_slug
    found = provider_of_group()
    context: dict[str, Any] = {
        "provider": found,
        "return_address": return_address(slug),
        "settings_url": group_url(request, "settings"),
        "kinds": [(f"{group_url(request, 'settings')}?logiciel={kind}", kind.label) for kind in ProviderKind],
    }
    if found is not None:
        context |= _described(request, found)
    return render(request, "identity_providers/provider.html", context)


def _described(request: TenantRequest, found: IdentityProvider) -> dict[str, Any]:
    names = establishment_names()
    return {
        "status": STATUS[ProviderState(found.state)],
        "preset": PRESETS[found.kind],
        "missing": missing_before_open(found, taken_domains(found.domains)),
        "mappings": [_row(request, one, names) for one in mappings_of(found)],
        "combinations": [[(one, KNOWN_VALUES.get(one)) for one in proof] for proof in found.amr_proofs],
        "refusals": refusals_of(found),
        "lines": lines_about(found.pk),
        "urls": {
            name: group_url(request, name)
            for name in ("open", "suspend", "trial", "forget_counts", "add_mapping")
        }
        | {
            name: reverse(f"identity_providers:{name}", args=[request.access.group_slug])
            for name in ("check", "try", "start")
        },
    }


def _row(request: TenantRequest, mapping: RoleMapping, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "mapping": mapping,
        "scope": spoken_places(mapping.establishment_ids, names),
        "remove_url": reverse(
            "identity_providers_group:remove_mapping", args=[request.access.group_slug, mapping.pk]
        ),
    }


@requires(MANAGE)
def settings(request: TenantRequest) -> HttpResponse:
    """Describes the provider, or changes it."""
    found = provider_of_group()
    asked = request.GET.get("logiciel", "")
    initial = in_place(found) if found else proposed(asked if asked in PRESETS else ProviderKind.OTHER)
    form = ProviderForm(request.POST or None, initial=initial)
    form.fields["secret"].required = found is None
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        return redirect(group_url(request, "provider"))
    context = {
        "form": form,
        "provider": found,
        "return_address": return_address(request.access.group_slug),
        "back": group_url(request, "provider"),
        "preset": PRESETS[form["kind"].value() if form["kind"].value() in PRESETS else ProviderKind.OTHER],
        "known": [(name, one) for name, one in KNOWN_VALUES.items()],
    }
    return render(request, "identity_providers/settings.html", context)


def _saved(request: TenantRequest, form: ProviderForm, found: IdentityProvider | None) -> bool:
    before = found.state if found else ""
    try:
        with transaction.atomic():
            if found is None:
                describe_provider(actor=request.access, settings=form.settings)
            else:
                change_provider(actor=request.access, provider=found, settings=form.settings)
    except DomainError as error:
        form.refuse(error)
        return False
    if found is not None and before != found.state:
        messages.warning(
            request,
            "Enregistré. L'adresse ou le client ont changé : la porte est refermée, essayez-la de nouveau. Les identités "
            "déjà reliées restent écrites, mais n'ouvrent rien tant que l'adresse est différente.",
        )
    else:
        messages.success(request, "Enregistré.")
    return True


@requires(MANAGE)
def trial(request: TenantRequest) -> HttpResponse:
    """What the administrator's own try brought back."""
    found = existing_provider(request)
    context = {
        "provider": found,
        "trial": kept_trial(request, request.access.group_slug),
        "back": group_url(request, "provider"),
        "again": reverse("identity_providers:try", args=[request.access.group_slug]),
    }
    return render(request, "identity_providers/trial.html", context)


@requires(MANAGE)
@require_POST
def open_door(request: TenantRequest) -> HttpResponse:
    return _acted(request, open_provider, "La porte est ouverte : elle se voit sur la page de connexion.")


@requires(MANAGE)
def suspend_door(request: TenantRequest) -> HttpResponse:
    """A page before the door is shut."""
    found = existing_provider(request)
    if request.method == "POST":
        return _acted(
            request, suspend_provider, "La porte est suspendue et les sessions de ses comptes sont coupées."
        )
    context = {
        "title": f"Suspendre « {found.label} »",
        "consequences": [
            "Plus personne n'entre par cette porte, dès maintenant.",
            "Toutes les sessions des comptes reliés à ce fournisseur sont coupées, la vôtre aussi si vous l'avez relié.",
            "Les liens et les droits restent : rouvrir la porte suffit à les faire servir de nouveau.",
            "Les autres portes (Pro Santé Connect, mot de passe) restent ouvertes.",
        ],
        "confirm_label": "Suspendre cette porte",
        "cancel_url": group_url(request, "provider"),
    }
    return render(request, "components/confirm.html", context)


@requires(MANAGE)
@require_POST
def forget_counts(request: TenantRequest) -> HttpResponse:
    """Starts the counts of refusals again."""
    return _acted(request, forget_refusals, "Le compte des refus repart de zéro.")


def _acted(request: TenantRequest, operation: Any, done: str) -> HttpResponse:
    found = existing_provider(request)
    try:
        with transaction.atomic():
            operation(actor=request.access, provider=found)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        messages.success(request, done)
    return redirect(group_url(request, "provider"))
