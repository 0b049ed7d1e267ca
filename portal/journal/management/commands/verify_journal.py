"""`manage.py verify_journal [--group ADRESSE] [--heads FICHIER…]`."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM
from portal.journal.heads import Head, read_heads
from portal.journal.queries import group_names, groups_with_a_journal
from portal.journal.verification import Report, verify_group


class Command(BaseCommand):
    help = (
        "Vérifie le journal de tous les groupes, ou d'un seul. Sort avec 0 si tout tient, 1 si la chaîne est rompue, "
        "2 s'il y a seulement des lignes à regarder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--group", help="adresse (slug) ou identifiant du groupe ; « plateforme » pour la sienne"
        )
        parser.add_argument("--heads", nargs="+", default=[], type=Path, help="fichiers de têtes exportées")
        parser.add_argument(
            "--delay", type=int, default=10, help="minutes au-delà desquelles une ligne est scellée"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        heads = self._heads(options["heads"])
        groups = sorted({*groups_with_a_journal(), *(one.group_id for one in heads)})
        names = {**group_names(groups), PLATFORM: "plateforme"}
        if options["group"]:
            groups = [one for one in groups if options["group"] in (names.get(one), str(one))]
            if not groups:
                raise CommandError(f"Aucun journal pour le groupe « {options['group']} ».", returncode=3)
        delay = timedelta(minutes=options["delay"])
        reports = [self._verify(one, names, heads, delay) for one in groups]
        findings = [finding for one in reports for finding in one.findings]
        if any(one.is_break for one in findings):
            raise CommandError("Le journal ne prouve plus ce qu'il contient : voir ci-dessus.", returncode=1)
        if findings:
            raise CommandError("La chaîne tient ; des lignes sont à regarder : voir ci-dessus.", returncode=2)
        self.stdout.write(f"Journal vérifié : {len(groups)} chaîne(s), rien à signaler.")

    def _heads(self, paths: list[Path]) -> list[Head]:
        found = []
        for path in paths:
            try:
                found += read_heads(path.read_text())
            except OSError as error:
                raise CommandError(
                    f"Le fichier {path} ne peut pas être lu : {error.strerror}.", returncode=3
                ) from error
            except DomainError as error:
                raise CommandError(f"{path} : {error.french}", returncode=3) from error
        return found

    def _verify(self, group_id: UUID, names: dict[UUID, str], heads: list[Head], delay: timedelta) -> Report:
        start = time.monotonic()
        report = verify_group(group_id, heads, unsealed_for=delay)
        seconds = time.monotonic() - start
        name = names.get(group_id, str(group_id))
        self.stdout.write(
            f"{name} : {report.lines} lignes, {report.seals} scellés, vérifiés en {seconds:.1f} s."
        )
        for finding in report.findings:
            self.stdout.write(f"  {'RUPTURE' if finding.is_break else 'À VÉRIFIER'} · {finding.sentence}")
        return report
