"""`manage.py check_psc`: are our Pro Santé Connect endpoints those that its discovery document publishes?"""

from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.sign_in.psc.discovery import differences, discovery_document


class Command(BaseCommand):
    help = "Compare les adresses de Pro Santé Connect réglées ici avec celles qu'il publie (code 1 si elles diffèrent)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PSC_ENABLED:
            raise CommandError("Pro Santé Connect n'est pas réglé : donnez PSC_CLIENT_ID.")
        try:
            found = differences(discovery_document())
        except requests.RequestException as error:
            raise CommandError(
                f"{settings.PSC_DISCOVERY} ne répond pas comme prévu : {type(error).__name__}."
            ) from error
        if found:
            raise CommandError("Les adresses diffèrent :\n" + "\n".join(f"- {one}" for one in found))
        self.stdout.write("Les adresses réglées sont celles que Pro Santé Connect publie.")
