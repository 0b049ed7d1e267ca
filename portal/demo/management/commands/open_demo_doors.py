"""`manage.py open_demo_doors`: the demo's accounts are opened by the stand-in's people; `manage.py demo` runs it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo.accounts import DemoOnlyError
from portal.demo.doors import open_demo_doors


class Command(BaseCommand):
    help = "Relie les comptes de démonstration aux personnes du bac à sable."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = open_demo_doors()
        except DemoOnlyError as error:
            raise CommandError("Ces identités n'existent que dans la démonstration.") from error
        self.stdout.write(f"  {count} comptes s'ouvrent aussi par le bac à sable.")
