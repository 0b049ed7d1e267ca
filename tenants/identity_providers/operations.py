"""What an administrator does to their group's provider; each act leaves a line in the group's journal, never the secret."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction

from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.secrets import encrypt
from portal.journal.operations import Act, record
from tenants.groups.queries import establishment_names
from tenants.identity_providers.factors import Verdict
from tenants.identity_providers.models import FactorRefusal, IdentityProvider, RoleMapping
from tenants.identity_providers.oidc.examination import Finding, is_sound
from tenants.identity_providers.queries import mappings_of, taken_domains
from tenants.identity_providers.rules import (
    check_domains,
    check_factor_rules,
    check_issuer,
    check_label,
    check_mapping,
    check_open,
)
from tenants.identity_providers.states import PROVIDER_TRANSITIONS, ProviderState
from tenants.memberships.access import Access
from tenants.memberships.permissions import Role
from tenants.memberships.provider_rights import cut_sessions_of, end_rights_by_provider
from tenants.memberships.rules import Sites
from tenants.sign_in.queries import holders_of

CREATED = Act("identity_provider_created", "{actor} a décrit le fournisseur d'identité « {label} ».")
CHANGED = Act(
    "identity_provider_changed", "{actor} a modifié le fournisseur d'identité « {label} ». {following}"
)
CHECKED = Act("identity_provider_checked", "{actor} a essayé la configuration de « {label} » : {outcome}.")
TRIED = Act("identity_provider_tried", "{actor} a essayé de se connecter par « {label} » : {outcome}.")
OPENED = Act("identity_provider_opened", "{actor} a ouvert la porte « {label} ».")
SUSPENDED = Act("identity_provider_suspended", "{actor} a suspendu la porte « {label} » : {holders} coupés.")
MAPPED = Act("provider_role_mapped", "{actor} a relié {claim} = {value} au rôle {role} ({label}).")
COUNTS_CLEARED = Act("provider_counts_cleared", "{actor} a remis à zéro le compte des refus de « {label} ».")
UNMAPPED = Act(
    "provider_role_unmapped", "{actor} a délié {claim} = {value} du rôle {role} ({label}) : {ended}."
)

AGAIN = "Elle revient à l'état de brouillon : il faut l'essayer de nouveau."
STALE = "La porte a changé entre-temps : relisez la page avant de recommencer."


@dataclass(frozen=True)
class Settings:
    """What the form says. `secret`: empty keeps the one in place."""

    label: str
    kind: str
    issuer: str
    client_id: str
    secret: str
    extra_scopes: list[str]
    domains: list[str]
    vouches: bool
    amr_proofs: list[list[str]]
    acr_proofs: list[str]
    evidence: str

    @property
    def stored(self) -> dict[str, Any]:
        """The columns, without the secret: what the journal shows."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "secret"}


def describe_provider(*, actor: Access, settings: Settings) -> IdentityProvider:
    """Writes a group's provider for the first time, as a draft.

    Refuses (DomainError) an address, domains or rules that `rules.py` refuses, no secret, and a second provider.
    """
    _check(settings)
    if not settings.secret:
        raise DomainError("No secret", "Collez le secret du client que votre fournisseur a donné.", "secret")
    try:
        with transaction.atomic():
            provider = IdentityProvider.objects.create(
                sealed_secret=encrypt(settings.secret), **settings.stored
            )
    except IntegrityError as error:
        raise DomainError("One already", "Votre groupe a déjà un fournisseur : rechargez la page.") from error
    _line(actor, CREATED, provider, after=settings.stored)
    return provider


def change_provider(*, actor: Access, provider: IdentityProvider, settings: Settings) -> None:
    """Changes a provider. Another issuer, client or secret must be tried again; another issuer or client shuts the door
    until then, cuts the sessions of those it knows, and leaves their links as they are: they open nothing while the issuer
    differs.

    Refuses (DomainError) what `describe_provider` refuses, and a domain of another group's open door.
    """
    _check(settings)
    before = {name: getattr(provider, name) for name in settings.stored}
    if provider.state == ProviderState.OPEN and taken_domains(settings.domains):
        raise DomainError(
            "Domain taken",
            "Un de ces domaines est celui de la porte d'un autre groupe : retirez-le.",
            "domains",
        )
    moved = (provider.issuer, provider.client_id) != (settings.issuer, settings.client_id)
    if moved or settings.secret:
        provider.checked_at = provider.tried_at = provider.tried_by = None
        provider.findings = []
    shut = moved and provider.state != ProviderState.DRAFT
    if shut:
        PROVIDER_TRANSITIONS.move_one(provider, ProviderState.DRAFT, STALE)
        cut_sessions_of(holders_of(before["issuer"], provider.group_id))
    for name, value in settings.stored.items():
        setattr(provider, name, value)
    if settings.secret:
        provider.sealed_secret = encrypt(settings.secret)
    provider.save()
    _line(
        actor, CHANGED, provider, before=before, after={**settings.stored, "nouveau_secret": bool(settings.secret)},
        following=AGAIN if shut else "",
    )  # fmt: skip


def record_check(*, actor: Access, provider: IdentityProvider, findings: Sequence[Finding]) -> None:
    """Keeps what an examination found. One that finds something wrong takes the former one back; it shuts no door."""
    sound = is_sound(findings)
    provider.findings = [one.stored for one in findings]
    provider.checked_at = now() if sound else None
    provider.save(update_fields=["findings", "checked_at"])
    wrong = sum(one.level == "bad" for one in findings)
    outcome = "tout est correct" if sound else f"{wrong} point{'s' * (wrong > 1)} à corriger"
    _line(actor, CHECKED, provider, outcome=outcome)


def record_trial(
    *, actor: Access, provider: IdentityProvider, verdict: Verdict | None, cause: str = ""
) -> None:
    """Keeps that an administrator tried to sign in, when two factors were proved. `cause`: why the answer was refused."""
    proved = verdict is not None and verdict.proved
    if proved:
        provider.tried_at, provider.tried_by = now(), actor.user
        provider.save(update_fields=["tried_at", "tried_by"])
    if verdict is None:
        outcome = f"refusé ({cause})"
    else:
        outcome = f"{'deux facteurs prouvés' if proved else 'deux facteurs non prouvés'} ({verdict.received})"
    _line(actor, TRIED, provider, outcome=outcome)


def open_provider(*, actor: Access, provider: IdentityProvider) -> None:
    """Opens the door to the group's people. Refuses (DomainError) one not examined and tried since its last change."""
    check_open(provider, taken_domains(provider.domains))
    PROVIDER_TRANSITIONS.move_one(provider, ProviderState.OPEN, STALE)
    _line(actor, OPENED, provider)


def suspend_provider(*, actor: Access, provider: IdentityProvider) -> int:
    """Shuts the door at once and cuts the sessions of everybody it knows; their links and rights stay. Says how many."""
    PROVIDER_TRANSITIONS.move_one(provider, ProviderState.SUSPENDED, STALE)
    holders = holders_of(provider.issuer, provider.group_id)
    cut_sessions_of(holders)
    _line(actor, SUSPENDED, provider, holders=f"{len(holders)} compte{'s' * (len(holders) > 1)}")
    return len(holders)


def map_role(
    *, actor: Access, provider: IdentityProvider, claim: str, value: str, role: Role, establishment_ids: Sites
) -> RoleMapping:
    """Says that whoever has this value in this claim holds this role there.

    Refuses (DomainError) a right beyond the actor's own, the administration of the group, sites of another group, and the
    same line twice.
    """
    check_mapping(actor, role, establishment_ids)
    if set(establishment_ids or ()) - set(establishment_names(establishment_ids or ())):
        raise DomainError("Unknown site", "Un des établissements n'est pas du groupe.", "establishment_ids")
    try:
        with transaction.atomic():
            mapping = RoleMapping.objects.create(
                provider=provider, claim=claim.strip(), value=value.strip(), role=role,
                establishment_ids=establishment_ids, mapped_by=actor.user,
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError(
            "Mapped already", "Cette valeur donne déjà ce rôle : retirez d'abord l'autre ligne.", "value"
        ) from error
    _line(actor, MAPPED, provider, after=_terms(mapping), **_spoken(mapping))
    return mapping


def unmap_role(*, actor: Access, provider: IdentityProvider, mapping: RoleMapping) -> int:
    """Takes a line away. The rights of that role which the provider gave end at once when no other line gives it, else at
    their holders' next sign-in. Says how many ended."""
    terms, spoken, role = _terms(mapping), _spoken(mapping), Role(mapping.role)
    mapping.delete()
    ended = 0
    if role not in {Role(one.role) for one in mappings_of(provider)}:
        ended = end_rights_by_provider(actor=actor, provider_id=provider.pk, role=role)
    said = f"{ended} droit{'s' * (ended > 1)} terminé{'s' * (ended > 1)}"
    _line(actor, UNMAPPED, provider, before=terms, ended=said, **spoken)
    return ended


def forget_refusals(*, actor: Access, provider: IdentityProvider) -> None:
    """Starts the counts of refused factors again."""
    FactorRefusal.objects.filter(provider=provider).delete()
    _line(actor, COUNTS_CLEARED, provider)


def _check(settings: Settings) -> None:
    check_label(settings.label)
    check_issuer(settings.issuer)
    check_domains(settings.domains)
    check_factor_rules(settings.amr_proofs, settings.acr_proofs, settings.evidence)


def _terms(mapping: RoleMapping) -> dict[str, Any]:
    names = ("claim", "value", "role", "establishment_ids")
    return {name: getattr(mapping, name) for name in names}


def _spoken(mapping: RoleMapping) -> dict[str, str]:
    return {"claim": mapping.claim, "value": mapping.value, "role": mapping.get_role_display()}


def _line(actor: Access, act: Act, provider: IdentityProvider, **values: Any) -> None:
    record(
        actor, act, object_kind="identity_provider", object_id=provider.pk, label=provider.label,
        **values,
    )  # fmt: skip
