"""What a new group must satisfy."""

import re
from collections.abc import Collection, Sequence

from portal.foundation.errors import DomainError

FIRST_ADMINISTRATORS = 2


def check_group_name(name: str, slug: str) -> None:
    """Refuses (DomainError) an empty name, and an address that is not letters, digits and hyphens."""
    if not name.strip():
        raise DomainError("No name", "Donnez un nom au groupe.", field="name")
    if slug and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise DomainError(
            f"Slug {slug!r}",
            "L'adresse ne peut contenir que des lettres minuscules sans accent, des chiffres et des tirets.",
            field="slug",
        )


def check_first_administrators(recipients: Sequence[tuple[str, str]]) -> None:
    """A group starts with two administrators who confirm each other (product.md): (full name, e-mail) of each.

    Refuses (DomainError) another number, a missing name or address, and twice the same person.
    """
    if len(recipients) != FIRST_ADMINISTRATORS or not all(
        name.strip() and email.strip() for name, email in recipients
    ):
        raise DomainError(
            "Two administrators are needed",
            "Donnez le nom et l'adresse électronique de deux administrateurs : chacun confirme l'autre.",
            field="second_email",
        )
    if len({email.strip().lower() for _, email in recipients}) != FIRST_ADMINISTRATORS:
        raise DomainError(
            "The same administrator twice",
            "Les deux administrateurs ont la même adresse électronique : il faut deux personnes différentes.",
            field="second_email",
        )


def check_chosen_sites(chosen: Collection[str], proposed: Collection[str]) -> None:
    """Refuses (DomainError) no site at all, and a site that FINESS does not propose for these legal entities."""
    if not chosen:
        raise DomainError("No site chosen", "Cochez au moins un établissement.", field="sites")
    strangers = sorted(set(chosen) - set(proposed))
    if strangers:
        raise DomainError(
            f"Not proposed: {strangers}",
            f"L'établissement {strangers[0]} n'est pas un établissement social ou médico-social ouvert de ces entités"
            " juridiques : décochez-le.",
            field="sites",
        )
