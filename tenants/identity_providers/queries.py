"""Reads of a group's identity provider, inside the group's door."""

from django.db import connection

from tenants.identity_providers.models import FactorRefusal, IdentityProvider, RoleMapping

REFUSALS_SHOWN = 20


def provider_of_group() -> IdentityProvider | None:
    """The one provider of the current group; None while there is none."""
    return IdentityProvider.objects.select_related("tried_by").first()


def mappings_of(provider: IdentityProvider) -> list[RoleMapping]:
    """What its claims give, by claim and value."""
    rows = RoleMapping.objects.filter(provider=provider).select_related("mapped_by")
    return list(rows.order_by("claim", "value", "role"))


def refusals_of(provider: IdentityProvider) -> list[FactorRefusal]:
    """Its last refusals of factors, newest first."""
    return list(FactorRefusal.objects.filter(provider=provider).order_by("-last_at")[:REFUSALS_SHOWN])


def named_door(group_slug: str) -> list[tuple[str, str]]:
    """Address and label of the open door of that group, asked before the tenant is known."""
    return _asked("SELECT slug, label FROM app.identity_provider_of(%s)", group_slug)


def doors_for_domain(domain: str) -> list[tuple[str, str]]:
    """Address and label of the open doors that expect addresses of that domain."""
    return _asked("SELECT slug, label FROM app.identity_providers_for(%s)", domain)


def _asked(statement: str, value: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        return [(slug, label) for slug, label in cursor.fetchall()]


def taken_domains(domains: list[str]) -> list[str]:
    """Those among them that another group's open door expects already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.domains_of_other_groups(%s)", [domains])
        return [one for (one,) in cursor.fetchall()]
