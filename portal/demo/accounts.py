"""The demo's accounts: one per role, their password and second factor known to whoever reads the sign-in page."""

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.auth.hashers import make_password

from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState

PASSWORD = "Trousseau-demo-2026"


@dataclass(frozen=True)
class DemoAccount:
    """`sites`: how many establishments the right is limited to, None for the whole group."""

    email: str
    full_name: str
    label: str
    role: Role | None
    sites: int | None = None
    second_group: bool = False


ACCOUNTS = (
    DemoAccount("claire@demo.invalid", "Claire Delorme", "administratrice de groupe", Role.GROUP_ADMIN),
    DemoAccount(
        "karim@demo.invalid", "Karim Benali", "administrateur de deux groupes", Role.GROUP_ADMIN, None, True
    ),
    DemoAccount("sophie@demo.invalid", "Sophie Marchand", "référente d'un site", Role.SITE_MANAGER, 1),
    DemoAccount("luc@demo.invalid", "Luc Perrin", "référent de trois sites", Role.SITE_MANAGER, 3),
    DemoAccount("ines@demo.invalid", "Inès Carpentier", "gestionnaire RPPS+", Role.RPPS_MANAGER),
    DemoAccount("nadia@demo.invalid", "Nadia Roche", "ressources humaines", Role.HR),
    DemoAccount("paul@demo.invalid", "Paul Vidal", "RSSI, DPO, auditeur", Role.AUDITOR),
    DemoAccount("helene@demo.invalid", "Hélène Morin", "directrice", Role.DIRECTOR),
    DemoAccount("exploitant@demo.invalid", "Alex Exploitant", "exploitant de la plateforme", None),
)


class DemoOnlyError(Exception):
    """Demo accounts were asked for outside of the demo."""


def _demo_only() -> None:
    if not settings.DEMO:
        raise DemoOnlyError("Demo accounts exist in the demo only")


def secret_of(account: DemoAccount) -> str:
    """The base32 seed of its authentication application, drawn from this demo's own signing key."""
    _demo_only()
    return b32encode(hashlib.sha256(f"{settings.SECRET_KEY}/{account.email}".encode()).digest()[:20]).decode()


def current_code(account: DemoAccount) -> str:
    """The six digits an authentication application would show now."""
    accepted = list(yield_hotp_counters_from_time())  # earlier, now, later
    return format_hotp_value(hotp_value(secret_of(account), accepted[len(accepted) // 2]))


def demo_accounts() -> list[tuple[str, str, str]]:
    """(label, e-mail, password), in the order of the sign-in page. Refuses (DemoOnlyError) outside of the demo."""
    _demo_only()
    return [(f"{one.full_name}, {one.label}", one.email, PASSWORD) for one in ACCOUNTS]


def accounts_of(slug: str) -> list[DemoAccount]:
    """The accounts of a further fictitious group: its administrator, two managers of sites, its human resources."""
    return [
        DemoAccount(f"administration@{slug}.invalid", "Claire Delorme", "administratrice", Role.GROUP_ADMIN),
        DemoAccount(f"site@{slug}.invalid", "Sophie Marchand", "référente d'un site", Role.SITE_MANAGER, 1),
        DemoAccount(
            f"trois-sites@{slug}.invalid", "Luc Perrin", "référent de trois sites", Role.SITE_MANAGER, 3
        ),
        DemoAccount(f"rh@{slug}.invalid", "Nadia Roche", "ressources humaines", Role.HR),
    ]


def write_accounts(group_id: UUID, establishment_ids: list[UUID], second_group_id: UUID) -> None:
    """Makes the demo's accounts and their rights, once."""
    for account in ACCOUNTS:
        groups = [group_id, second_group_id] if account.second_group else [group_id]
        _write_account(account, groups, establishment_ids)


def write_group_accounts(slug: str, group_id: UUID, establishment_ids: list[UUID]) -> None:
    """Makes the accounts of a further fictitious group and their rights, once."""
    for account in accounts_of(slug):
        _write_account(account, [group_id], establishment_ids)


@cache
def _password() -> str:
    """One salt for all: the hash is slow on purpose, and this password is public."""
    return make_password(PASSWORD)


def _write_account(account: DemoAccount, groups: list[UUID], establishment_ids: list[UUID]) -> None:
    _demo_only()
    user, fresh = User.objects.get_or_create(
        email=account.email,
        defaults={
            "full_name": account.full_name,
            "is_operator": account.role is None,
            "password": _password(),
        },
    )
    if not fresh:
        return
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, secret_of(account))
    for group in groups:
        if account.role is not None:
            Membership.objects.create(
                user=user, group_id=group, role=account.role, state=MembershipState.ACTIVE,
                establishment_ids=establishment_ids[: account.sites] if account.sites else None,
            )  # fmt: skip
