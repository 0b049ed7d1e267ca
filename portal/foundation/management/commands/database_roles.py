"""`manage.py database_roles`: what the administrator of an outside PostgreSQL runs once, by psql."""

import re
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

import portal.foundation.tenancy as tenancy

FOLDER = Path(tenancy.__file__).parent
LOGINS = ("owner", "app", "backup")
HEADER = """\
-- Rôles, base et extensions de Trousseau (PostgreSQL 17 ou plus), à passer une fois en administrateur :
--   manage.py database_roles > roles.sql
--   psql -d postgres -v ON_ERROR_STOP=1 -v owner=… -v app=… -v backup=… -f roles.sql
-- owner, app et backup sont les mots de passe des trois connexions. Peut être repassé sans dommage.
"""
DATABASE = """\
SELECT 'CREATE DATABASE {name} OWNER portal_owner ENCODING ''UTF8'' LOCALE_PROVIDER builtin '
    'BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
\\connect {name}
"""


class Command(BaseCommand):
    help = "Écrit le SQL des rôles, de la base et des extensions pour un PostgreSQL extérieur."
    requires_system_checks: list[str] = []  # run before there is a database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default="trousseau", help="nom de la base (trousseau)")

    def handle(self, *, database: str, **options: object) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", database):
            raise CommandError(
                "Nom de base refusé : minuscules, chiffres et tirets bas, sans chiffre au début."
            )
        passwords = "".join(f"ALTER ROLE portal_{login} PASSWORD :'{login}';\n" for login in LOGINS)
        parts = [
            HEADER,
            (FOLDER / "roles.sql").read_text(),
            passwords,
            DATABASE.format(name=database),
            (FOLDER / "extensions.sql").read_text(),
        ]
        self.stdout.write("\n".join(parts))
