"""`manage.py invite_administrator`: the operator gives a group back an administrator, when it has one or none left."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.queries import group_by_slug
from tenants.memberships.operations import invite_first_administrators

ACTOR = Machine("L'exploitant (commande invite_administrator)")


class Command(BaseCommand):
    help = (
        "Invite un ou deux administrateurs d'un groupe ; un autre administrateur de ce groupe les confirme."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="GROUPE", help="adresse du groupe, comme dans /g/GROUPE/")
        parser.add_argument(
            "--administrator",
            nargs=2,
            action="append",
            required=True,
            metavar=("NOM", "COURRIEL"),
            help="prénom et nom, adresse électronique",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        group = group_by_slug(options["slug"])
        if group is None:
            raise CommandError(f"Aucun groupe ouvert à l'adresse /g/{options['slug']}/.")
        recipients = [(name, email) for name, email in options["administrator"]]
        try:
            with tenant(group.id):
                links = invite_first_administrators(actor=ACTOR, group=group, recipients=recipients)
        except DomainError as error:
            raise CommandError(error.french) from error
        for (name, email), link in zip(recipients, links, strict=True):
            self.stdout.write(f"Invitation de {name} <{email}> : {link}")
