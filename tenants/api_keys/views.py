"""« Clés d'accès des logiciels »: the list, one key, and what is done to it with a fresh proof of two factors."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from portal.foundation.clock import PARIS
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.journal.queries import lines_about
from tenants.api_keys.forms import KeyForm, RenewForm
from tenants.api_keys.limits import spoken_limits
from tenants.api_keys.models import ApiKey
from tenants.api_keys.operations import create_key, renew_key, revoke_key
from tenants.api_keys.queries import find_key, keys_of_group
from tenants.api_keys.rules import (
    can_renew,
    check_can_renew,
    check_scopes,
    expires_soon,
    has_expired,
    has_two_secrets,
)
from tenants.api_keys.tokens import Token
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.fresh_proof import stale_proof
from tenants.memberships.permissions import Permission

MANAGE = Permission.API_KEYS_MANAGE
View = Callable[..., HttpResponse]
_CLICKED_TWICE = (
    "Le secret de cette clé vient d'être renouvelé, et n'a été montré qu'une fois."
    " S'il vous manque, renouvelez-la de nouveau."
)


def with_fresh_proof(view: View) -> View:
    """A key opens the group's records to a program: whoever gives or takes one proves again who they are."""

    @wraps(view)
    def wrapper(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stale = stale_proof(request, purpose="gérer les clés d'accès")
        return stale if stale is not None else view(request, *args, **kwargs)

    return wrapper


def address(request: TenantRequest, route: str, **ids: Any) -> str:
    return reverse(f"api_keys:{route}", kwargs={"group_slug": request.access.group_slug, **ids})


def _go(request: TenantRequest, route: str, **ids: Any) -> HttpResponseRedirect:
    return redirect(address(request, route, **ids))


def _seen(key_id: UUID) -> ApiKey:
    """Refuses (404) a key of elsewhere."""
    found = find_key(key_id)
    if found is None:
        raise Http404
    return found


def _standing(key: ApiKey) -> tuple[str, str]:
    """Colour and words."""
    if key.revoked_at is not None:
        return "neutral", "Révoquée"
    if has_expired(key):
        return "danger", "Expirée"
    return ("warn", "Expire bientôt") if expires_soon(key) else ("ok", "En service")


@requires(MANAGE)
def keys(request: TenantRequest) -> HttpResponse:
    """Every key there was: a revoked one stays, the journal names it."""
    rows = [
        {"key": one, "standing": _standing(one), "url": address(request, "key", key_id=one.pk)}
        for one in keys_of_group()
    ]
    context = {
        "keys": rows,
        "new_url": address(request, "new"),
        "documentation_url": reverse("api:documentation"),
    }
    return render(request, "api_keys/keys.html", context)


@requires(MANAGE)
def key(request: TenantRequest, key_id: UUID) -> HttpResponse:
    """One key: what it permits, when it served, what was done to it."""
    found = _seen(key_id)
    context = {
        "key": found,
        "standing": _standing(found),
        "limits": spoken_limits(found),
        "has_two_secrets": has_two_secrets(found),
        "may_renew": can_renew(found),
        "urls": {name: address(request, name, key_id=key_id) for name in ("renew", "revoke")},
        "keys_url": address(request, "keys"),
        "lines": lines_about(key_id),
    }
    return render(request, "api_keys/key.html", context)


@requires(MANAGE)
@never_cache
@with_fresh_proof
def new(request: TenantRequest) -> HttpResponse:
    """Creates a key; its secret stands on the page that answers, and nowhere afterwards."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                check_scopes(form.cleaned_data["scopes"], request.access.permissions)
                made, token = create_key(actor=request.access, **form.terms)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _shown_once(request, made, token)
    return render(request, "api_keys/new.html", {"form": form, "keys_url": address(request, "keys")})


@requires(MANAGE)
@never_cache
@with_fresh_proof
def renew(request: TenantRequest, key_id: UUID) -> HttpResponse:
    """A new secret, beside the former one for a while."""
    found = _seen(key_id)
    if not can_renew(found):
        return _go(request, "key", key_id=key_id)
    form = RenewForm(request.POST or None, key=found)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["ending"] != found.ending:
            messages.warning(request, _CLICKED_TWICE)
            return _go(request, "key", key_id=key_id)
        terms = {name: form.cleaned_data[name] for name in ("expires_on", "former_days")}
        try:
            check_scopes(found.scopes, request.access.permissions)
            token = renew_key(actor=request.access, key=found, **terms)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _shown_once(request, found, token)
    context = {"form": form, "key": found, "has_two_secrets": has_two_secrets(found)}
    urls = {"keys_url": address(request, "keys"), "key_url": address(request, "key", key_id=key_id)}
    return render(request, "api_keys/renew.html", {**context, **urls})


@requires(MANAGE)
@with_fresh_proof
def revoke(request: TenantRequest, key_id: UUID) -> HttpResponse:
    """A page before a program is shut out for ever."""
    found = _seen(key_id)
    try:
        check_can_renew(found)
        if request.method == "POST":
            revoke_key(actor=request.access, key=found)
    except DomainError as error:
        messages.info(request, error.french)
        return _go(request, "key", key_id=key_id)
    if request.method == "POST":
        messages.success(request, f"La clé « {found.name} » est révoquée : elle n'ouvre plus rien.")
        return _go(request, "keys")
    used = f"{found.last_used_at.astimezone(PARIS):%d/%m/%Y}" if found.last_used_at else ""
    context = {
        "title": f"Révoquer la clé « {found.name} »",
        "consequences": [
            "Le logiciel est refusé dès son prochain appel.",
            f"Elle a servi pour la dernière fois le {used}." if used else "Elle n'a jamais servi.",
            "Ce qu'il a déjà envoyé reste. Une clé révoquée ne revit pas : il faudra en créer une autre.",
        ],
        "confirm_label": "Révoquer cette clé",
        "cancel_url": address(request, "key", key_id=key_id),
    }
    return render(request, "components/confirm.html", context)


def _shown_once(request: TenantRequest, made: ApiKey, token: Token) -> HttpResponse:
    context = {
        "key": made,
        "secret": token.text,
        "has_two_secrets": has_two_secrets(made),
        "key_url": address(request, "key", key_id=made.pk),
        "documentation_url": reverse("api:documentation"),
    }
    return render(request, "api_keys/secret.html", context)
