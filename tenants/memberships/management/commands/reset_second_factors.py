"""`manage.py reset_second_factors`: the operator takes away lost second factors when no administrator may."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.foundation.errors import DomainError
from portal.journal.operations import Machine
from tenants.memberships.lost_factors import remove_second_factors_as_operator
from tenants.memberships.models import User

ACTOR = Machine("L'exploitant (commande reset_second_factors)")


class Command(BaseCommand):
    help = (
        "Retire les seconds facteurs d'un compte ; à sa prochaine connexion, la personne en ajoute un autre."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="COURRIEL", help="adresse du compte")
        parser.add_argument(
            "--reason", required=True, metavar="MOTIF", help="pourquoi, en une phrase que le journal garde"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("Aucun compte à cette adresse.")
        try:
            remove_second_factors_as_operator(actor=ACTOR, user=user, reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.french) from error
        self.stdout.write(
            f"Seconds facteurs de {user.full_name} retirés, sessions coupées, courriel envoyé à {user.email}."
        )
