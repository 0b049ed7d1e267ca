"""`manage.py demo`: the whole product on this machine, services included, until Ctrl-C."""

import os
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.accounts import demo_accounts
from portal.demo.launcher import AlreadyRunningError, Launcher
from portal.demo.services import ServiceError

DEFAULT_PORT = 8000


class Command(BaseCommand):
    help = (
        "Démarre PostgreSQL, Valkey, le serveur web, le worker et l'horloge avec le groupe de démonstration."
    )
    requires_system_checks: list[str] = []  # the database is not there yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or DEFAULT_PORT))

    def handle(self, *, port: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(
                "La démonstration est refusée avec ces réglages : elle n'existe pas en production."
            )
        launcher = Launcher(Path(settings.ROOT), port, self._say)
        try:
            launcher.run(self._announce)
        except AlreadyRunningError as error:
            self._say(f"La démonstration de ce dossier tourne déjà (processus {error}).")
        except ServiceError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("Lancement interrompu.")

    def _announce(self, address: str) -> None:
        self._say(f"\nTrousseau est ouvert : {address}\n\nComptes de démonstration :")
        for label, email, password in demo_accounts():
            self._say(f"  {email:<26} {password:<22} {label}")
        self._say("\nLe code du second facteur est affiché sur la page de connexion.")
        self._say(
            "Pro Santé Connect est joué par le bac à sable : choisissez-y Claire, Karim, Sophie, Hélène…"
        )
        self._say("Ctrl-C arrête tout.\n")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
