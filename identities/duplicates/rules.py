"""What two records must not have for being one human being, and what to do then."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from identities.duplicates.models import Merge
from identities.duplicates.states import MergeState
from identities.people.models import IdentifierKind, Person
from portal.foundation.errors import DomainError

# Given once to a human being by the nation: two in force are two people, or an error of one of them.
NATIONAL_KINDS = (IdentifierKind.RPPS, IdentifierKind.PSI)
MAX_REASON = 300


@dataclass(frozen=True)
class Evidence:
    """What the group holds on each of two records. Numbers by person; `apart`: the reason of an earlier decision."""

    numbers: dict[IdentifierKind, dict[UUID, frozenset[str]]] = field(default_factory=dict)
    linked: dict[UUID, frozenset[str]] = field(default_factory=dict)
    refused: dict[UUID, frozenset[str]] = field(default_factory=dict)
    apart: str = ""


def merge_problems(people: Collection[Person], evidence: Evidence) -> list[DomainError]:
    """Every reason why these two records cannot be merged, each with what to do; none when they can."""
    return [
        *(_gone_on(one) for one in people if one.merged_into_id is not None),
        *([_told_apart(evidence.apart)] if evidence.apart else []),
        *(
            _two_numbers(kind, numbers)
            for kind, held in evidence.numbers.items()
            if (numbers := _different(held))
        ),
        *([_two_links(numbers)] if (numbers := _different(evidence.linked)) else []),
        *([_linked_elsewhere(*crossed)] if (crossed := _link_against_number(evidence)) else []),
    ]


def check_which_is_kept(kept: Person, absorbed: Person, evidence: Evidence) -> None:
    """Refuses (DomainError) to keep the record for which a number was refused that the other one is linked with."""
    clash = evidence.refused.get(kept.pk, frozenset()) & evidence.linked.get(absorbed.pk, frozenset())
    if clash:
        raise DomainError(
            "The kept record refused the number that the other one is linked with",
            f"Le numéro RPPS {', '.join(sorted(clash))} est relié à {absorbed.display_name} et a été écarté pour"
            f" {kept.display_name}. Gardez plutôt la fiche {absorbed.display_name}.",
            "kept",
        )


def check_reason(text: str) -> str:
    """The reason as it is kept. Refuses (DomainError) an empty one."""
    written = " ".join(text.split())
    if not written:
        raise DomainError("No reason", "Écrivez le motif en quelques mots.", "reason")
    return written[:MAX_REASON]


def can_undo(merge: Merge) -> bool:
    """Whether it is in force; there is no time limit, since everything it wrote is kept."""
    return merge.state == MergeState.DONE


def check_can_undo(merge: Merge, kept: Person, absorbed: Person) -> None:
    """Refuses (DomainError) a merge that is undone, and one whose record was itself merged since."""
    if not can_undo(merge):
        raise DomainError("Undone already", "Cette fusion est déjà défaite.")
    if kept.merged_into_id is not None or absorbed.merged_into_id != kept.pk:
        raise DomainError(
            "The kept record was merged since",
            f"La fiche {kept.display_name} a elle-même été réunie à une autre depuis. Défaites d'abord cette fusion plus"
            " récente.",
        )


def _different(held: dict[UUID, frozenset[str]]) -> list[str]:
    """The numbers of both when each has one and none is shared."""
    sides = [one for one in held.values() if one]
    return sorted(frozenset().union(*sides)) if len(sides) == 2 and not sides[0] & sides[1] else []


def _link_against_number(evidence: Evidence) -> tuple[str, str] | tuple[()]:
    """The number that one is linked with and the one that the other holds, when the first holds none any more."""
    held = evidence.numbers.get(IdentifierKind.RPPS, {})
    for person_id, linked in evidence.linked.items():
        others = frozenset().union(*(numbers for one, numbers in held.items() if one != person_id))
        if linked and others and not held.get(person_id) and not linked & others:
            return min(linked), min(others)
    return ()


def _gone_on(person: Person) -> DomainError:
    return DomainError(
        "Merged meanwhile",
        f"La fiche {person.display_name} vient d'être réunie à une autre. Revenez à la liste des doublons.",
    )


def _told_apart(reason: str) -> DomainError:
    return DomainError(
        "Ruled homonyms",
        f"Ces deux fiches ont été distinguées comme deux personnes ({reason}). Revenez d'abord sur cette décision.",
    )


def _two_numbers(kind: IdentifierKind, numbers: list[str]) -> DomainError:
    return DomainError(
        f"Two {kind} in force",
        f"Chaque fiche porte un {kind.label} en vigueur, et ce n'est pas le même ({', '.join(numbers)}) : ce sont deux"
        " personnes. Si l'un des deux est faux ou fermé, mettez-y fin d'abord, ci-dessous.",
    )


def _two_links(numbers: list[str]) -> DomainError:
    return DomainError(
        "Two links with the national directory",
        f"Chaque fiche est reliée à un numéro de l'Annuaire Santé, et ce n'est pas le même ({', '.join(numbers)})."
        " Ouvrez la fiche dont le lien est faux et retirez-le, puis revenez ici.",
    )


def _linked_elsewhere(linked: str, held: str) -> DomainError:
    return DomainError(
        "Linked with another number than the other record holds",
        f"Une fiche est reliée au numéro {linked} de l'Annuaire Santé, et l'autre porte le RPPS {held}. Ouvrez la fiche"
        " reliée et retirez ce lien s'il est faux, puis revenez ici ; sinon ce sont deux personnes.",
    )
