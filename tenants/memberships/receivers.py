"""Signing in and out, and what changes of an account: told by allauth's signals, written in the journal.

Each line goes to the platform's journal and to that of every group where the person holds a right.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Machine, record
from tenants.memberships.models import User
from tenants.memberships.records import record_of_account
from tenants.memberships.sessions import SECOND_FACTORS, cut_other_sessions, has_second_factor, open_session

SIGNED_IN = Act("signed_in", "Connexion de {actor} : {means}.")
SIGNED_OUT = Act("signed_out", "Fin de la session de {actor}{reason}.")
REFUSED = Act("sign_in_refused", "{actor} a refusé une connexion au compte de {holder} : {reason}.")
REFUSED_UNKNOWN = Act("sign_in_refused", "{actor} a refusé une connexion à une adresse inconnue.")
FACTOR_ADDED = Act("second_factor_added", "{actor} a ajouté un moyen de connexion : {kind}.")
FACTOR_REMOVED = Act("second_factor_removed", "{actor} a retiré un moyen de connexion : {kind}.")
CODES_RENEWED = Act("recovery_codes_renewed", "{actor} a obtenu de nouveaux codes de secours.")
PASSWORD_CHANGED = Act("password_changed", "{actor} a changé son mot de passe.")
PASSWORD_RESET = Act("password_reset", "{actor} a remplacé son mot de passe oublié.")

SIGN_IN_PAGE = Machine("La page de connexion")
KINDS = {
    Authenticator.Type.TOTP: "application d'authentification",
    Authenticator.Type.WEBAUTHN: "clé de sécurité",
    Authenticator.Type.RECOVERY_CODES: "codes de secours",
}


@receiver(auth.user_logged_in)
def starts_the_clocks(request: HttpRequest, **kwargs: Any) -> None:
    open_session(request)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    records = get_authentication_records(request, user)
    means = [
        "mot de passe" if one["method"] == "password" else KINDS.get(one.get("type"), "invitation")
        for one in records
    ]
    if [one["method"] for one in records] == ["password"] and not has_second_factor(request):
        _trust_the_password_just_typed(request, user)
    record_of_account(user, SIGNED_IN, user, means=" et ".join(dict.fromkeys(means)) or "invitation")


def _trust_the_password_just_typed(request: HttpRequest, user: User) -> None:
    """allauth counts a password as fresh only when it was asked for again, so enrolment asked for it twice in a row.

    Fresh for ACCOUNT_REAUTHENTICATION_TIMEOUT like any other, and only of whoever has no second factor to show.
    """
    record_authentication(request, user, "password", reauthenticated=True)


@receiver(auth.user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        reason = getattr(request, "session_ended_by", "")
        record_of_account(user, SIGNED_OUT, user, reason=f" {reason}" if reason else "")


@receiver(auth.user_login_failed)
def refused(credentials: dict[str, Any], **kwargs: Any) -> None:
    """An address that is no account is not written: people type their password in the wrong box."""
    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    user = User.objects.filter(email=email).first()
    if user is not None:
        record_of_account(SIGN_IN_PAGE, REFUSED, user, holder=user.full_name, reason="mot de passe incorrect")
        return
    with tenant(PLATFORM):
        record(SIGN_IN_PAGE, REFUSED_UNKNOWN, object_kind="user", object_id=None)


@receiver(mfa.authentication_failed)
def refused_second_factor(user: User, **kwargs: Any) -> None:
    record_of_account(SIGN_IN_PAGE, REFUSED, user, holder=user.full_name, reason="second facteur incorrect")


@receiver(mfa.authenticator_added)
def second_factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """A session opened by the password alone must not pass because another one has just enrolled."""
    if authenticator.type in SECOND_FACTORS:
        cut_other_sessions(request, user)
    record_of_account(user, FACTOR_ADDED, user, kind=KINDS[Authenticator.Type(authenticator.type)])


@receiver(mfa.authenticator_removed)
def second_factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    if authenticator.type in SECOND_FACTORS:
        cut_other_sessions(request, user)
    record_of_account(user, FACTOR_REMOVED, user, kind=KINDS[Authenticator.Type(authenticator.type)])


@receiver(mfa.authenticator_reset)
def recovery_codes_renewed(user: User, **kwargs: Any) -> None:
    record_of_account(user, CODES_RENEWED, user)


@receiver([account.password_changed, account.password_set])
def password_changed(user: User, **kwargs: Any) -> None:
    record_of_account(user, PASSWORD_CHANGED, user)


@receiver(account.password_reset)
def password_reset(user: User, **kwargs: Any) -> None:
    record_of_account(user, PASSWORD_RESET, user)
