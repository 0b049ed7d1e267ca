"""`manage.py create_group`: the operator opens a customer's group from its EJ numbers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import operator
from portal.journal.operations import Machine
from tenants.groups.finess_queries import ProposedEntity, propose_entities, split_numbers
from tenants.groups.operations import create_group

ACTOR = Machine("L'exploitant (commande create_group)")


class Command(BaseCommand):
    help = "Crée un groupe depuis un ou plusieurs numéros FINESS d'entité juridique et imprime les deux invitations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="+", metavar="EJ", help="numéro FINESS d'entité juridique")
        parser.add_argument("--name", required=True, help="nom du groupe")
        parser.add_argument("--slug", default="", help="adresse du groupe (tirée du nom par défaut)")
        parser.add_argument(
            "--administrator",
            nargs=2,
            action="append",
            required=True,
            metavar=("NOM", "COURRIEL"),
            help="prénom et nom, adresse électronique : à donner deux fois",
        )
        parser.add_argument(
            "--without", nargs="*", default=[], metavar="ET", help="établissements à ne pas prendre"
        )
        parser.add_argument("--yes", action="store_true", help="ne pas demander de confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = split_numbers("\n".join(options["numbers"]))
        excluded = set(split_numbers("\n".join(options["without"])))
        try:
            with operator():
                sites = [site for one in propose_entities(numbers) for site in self._shown(one, excluded)]
            if not options["yes"] and input("Créer le groupe avec ces établissements ? (oui/non) ") != "oui":
                raise CommandError("Rien n'a été créé.")
            with operator():
                self._create(numbers, sites, options)
        except DomainError as error:
            raise CommandError(error.french) from error

    def _create(self, numbers: list[str], sites: list[str], options: dict[str, Any]) -> None:
        recipients = [(name, email) for name, email in options["administrator"]]
        created = create_group(
            actor=ACTOR,
            name=options["name"],
            slug=options["slug"],
            legal_entities=numbers,
            sites=sites,
            recipients=recipients,
        )
        self.stdout.write(
            f"Groupe « {created.group.name} » créé, établissements : {created.sites}, adresse /g/{created.group.slug}/"
        )
        for (name, email), link in zip(recipients, created.links, strict=True):
            self.stdout.write(f"Invitation de {name} <{email}> : {link}")

    def _shown(self, entity: ProposedEntity, excluded: set[str]) -> list[str]:
        """Prints the entity and its sites; gives the numbers of those to take."""
        self.stdout.write(f"{entity.finess} {entity.name}")
        for site in entity.sites:
            mark = "-" if site.national.finess in excluded else "+"
            place = f"{site.national.postal_code} {site.national.city}".strip()
            self.stdout.write(
                f"  {mark} {site.national.finess} {site.category} {site.national.name}, {place}"
            )
        return [site.national.finess for site in entity.sites if site.national.finess not in excluded]
