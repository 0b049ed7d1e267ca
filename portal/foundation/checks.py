"""What production refuses to start with: `manage.py check --deploy` names it, web, worker and clock stop at once."""

import sys
from collections.abc import Iterable

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

SECRET_KEY_LENGTH = 50
SECRET_KEY_VARIETY = 8
TLS_TERMINATIONS = ("proxy", "direct")
# What the login may become counts as much as what it is: SET ROLE is one statement away.
ROLE_RIGHTS = """
SELECT bool_or(rolsuper), bool_or(rolbypassrls),
       EXISTS (SELECT FROM pg_class c
               WHERE c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(session_user, c.relowner, 'MEMBER'))
FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
"""


class UnsafeProductionError(SystemExit):
    """Production does not start. A SystemExit, so that no handler of exceptions swallows it."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(1)
        self.reasons = reasons


def refuse_unsafe_production() -> None:
    """Says why, in French, and ends the process (UnsafeProductionError) under unsafe production settings."""
    if getattr(settings, "PRODUCTION", False):
        found = [*check_settings(), *check_pro_sante_connect(), *check_database_role()]
        if found:
            reasons = [f"- {error.msg} ({error.id})" for error in found]
            print("Trousseau refuse de démarrer en production :", *reasons, sep="\n", file=sys.__stderr__)  # noqa: T201
            raise UnsafeProductionError(reasons)


@register(deploy=True)
def check_settings(app_configs: Iterable[AppConfig] | None = None, **_: object) -> list[Error]:
    """DEBUG, demo, secrets, host names and TLS (issue 2 section 1)."""
    refused = [
        (
            settings.DEBUG,
            "DEBUG est actif : retirez-le, il montre le code et les réglages aux visiteurs.",
            "E001",
        ),
        (
            settings.DEMO,
            "DEMO est actif : les comptes et codes de démonstration n'existent pas en production.",
            "E002",
        ),
        (
            not _has_strong_secret_key(),
            f"SECRET_KEY est absente ou faible : tirez au hasard au moins {SECRET_KEY_LENGTH} caractères.",
            "E003",
        ),
        (
            not _are_fernet_keys(settings.ENCRYPTION_KEYS),
            "ENCRYPTION_KEYS est vide ou illisible : donnez au moins une clé Fernet, la plus récente d'abord.",
            "E004",
        ),
        (
            not settings.ALLOWED_HOSTS or any("*" in host for host in settings.ALLOWED_HOSTS),
            "ALLOWED_HOSTS est vide ou ouvert à tous : nommez les adresses du portail, sans « * ».",
            "E005",
        ),
        (
            getattr(settings, "TLS_TERMINATION", "") not in TLS_TERMINATIONS,
            "TLS_TERMINATION manque : « proxy » si un mandataire termine TLS, « direct » si c'est le serveur.",
            "E006",
        ),
        (
            getattr(settings, "TLS_TERMINATION", "") == "proxy" and settings.ALLAUTH_TRUSTED_PROXY_COUNT < 1,
            "TRUSTED_PROXY_COUNT manque : dites combien de mandataires à vous précèdent le portail (1 ou plus).",
            "E007",
        ),
    ]
    return [Error(sentence, id=f"trousseau.{code}") for wrong, sentence, code in refused if wrong]


@register(deploy=True)
def check_pro_sante_connect(app_configs: Iterable[AppConfig] | None = None, **_: object) -> list[Error]:
    """The stand-in gives anyone any identity."""
    if settings.PSC_ENABLED and any(not one.startswith("https://") for one in _psc_addresses()):
        sentence = (
            "Une adresse de Pro Santé Connect n'est pas en https : le bac à sable n'existe pas en production."
        )
        return [Error(sentence, id="trousseau.E008")]
    return []


def _psc_addresses() -> list[str]:
    names = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USER_ENDPOINT", "JWKS_ENDPOINT")
    return [settings.PSC_ISSUER, *(getattr(settings, f"OIDC_OP_{name}") for name in names)]


@register(deploy=True)
def check_database_role(app_configs: Iterable[AppConfig] | None = None, **_: object) -> list[Error]:
    """The application's login can neither bypass row security nor own a table, directly or by SET ROLE."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(ROLE_RIGHTS)
            superuser, bypasses, owns = cursor.fetchone()
    except DatabaseError:
        return [
            Error(
                "La base ne répond pas à DATABASE_URL : les droits du rôle ne peuvent pas être vérifiés.",
                id="trousseau.E010",
            )
        ]
    refused = [
        (superuser, "Le rôle de DATABASE_URL est superutilisateur : donnez portal_app.", "E011"),
        (bypasses, "Le rôle de DATABASE_URL contourne les murs (BYPASSRLS) : donnez portal_app.", "E012"),
        (
            owns,
            "Le rôle de DATABASE_URL possède des tables : donnez portal_app, portal_owner ne sert qu'à migrer.",
            "E013",
        ),
    ]
    return [Error(sentence, id=f"trousseau.{code}") for wrong, sentence, code in refused if wrong]


def _has_strong_secret_key() -> bool:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own refusal of an empty one
        return False
    known = key.startswith(("django-insecure", "tests-only-"))
    return len(key) >= SECRET_KEY_LENGTH and len(set(key)) >= SECRET_KEY_VARIETY and not known


def _are_fernet_keys(keys: list[str]) -> bool:
    try:
        return bool([Fernet(key) for key in keys])
    except ValueError:
        return False
