"""What a merge and its undoing will do, in French sentences, before the click."""

from collections.abc import Iterator
from uuid import UUID

from identities.duplicates.comparison import Comparison, TraitRow
from identities.duplicates.forms import MergeForm
from identities.duplicates.models import Merge
from identities.duplicates.traits_chosen import identity_changed_at
from identities.duplicates.undoing import changed_since, comes_back, stays_on_kept


def consequences_of_merge(comparison: Comparison, form: MergeForm) -> Iterator[str]:
    """Of a form that is valid."""
    kept, absorbed = form.sides_in_order
    yield (
        f"La fiche {kept.person.display_name} continue. La fiche {absorbed.person.display_name} n'apparaît plus dans les"
        " listes ni les recherches ; son ancienne adresse mène à la fiche qui continue."
    )
    yield (
        "Affectations, identifiants, contrôles d'identité et liens avec l'Annuaire Santé passent à la fiche qui continue."
        " Les deux historiques restent."
    )
    for row in comparison.traits:
        if row.differs:
            yield _trait_sentence(comparison, row, form.cleaned_data[f"trait_{row.trait.name}"])
    is_checked = kept.check_holds or absorbed.check_holds
    changed_at = identity_changed_at(kept, absorbed, form.written)
    if is_checked and changed_at not in (
        kept.person.identity_changed_at,
        absorbed.person.identity_changed_at,
    ):
        yield "L'identité sera à contrôler de nouveau : aucun contrôle n'a porté sur tous ces traits ensemble."
    for overlap in comparison.overlaps:
        given_up = overlap.given_up(UUID(form.cleaned_data[f"stay_{overlap.key}"]))
        yield (
            f"{overlap.site} : {overlap.words_of(given_up[0].person_id)} est annulée, car c'est la même présence saisie"
            " deux fois."
        )
    yield "Cette fusion peut être défaite à tout moment."


def _trait_sentence(comparison: Comparison, row: TraitRow, chosen_id: str) -> str:
    chosen = [str(one.id) for one in comparison.sides].index(chosen_id)
    is_alone = not row.trait.is_known(comparison.sides[1 - chosen].person)
    rest = "l'autre fiche n'en a pas" if is_alone else f"et non {row.words[1 - chosen]}"
    return f"{row.trait.label} : {row.words[chosen]} ({rest})."


def consequences_of_undoing(found: Merge) -> Iterator[str]:
    """What comes back, what changed since and is left, what stays on the record that went on."""
    back = comes_back(found)
    yield (
        f"La fiche {found.absorbed_name} réapparaît, telle qu'elle était le {found.merged_at:%d/%m/%Y}"
        + (f", avec : {', '.join(back)}." if back else ".")
    )
    yield f"La fiche {found.kept_name} retrouve ses valeurs d'avant."
    yield from changed_since(found)
    if stays := stays_on_kept(found):
        yield f"Créés depuis la fusion, restent sur {found.kept_name} : {', '.join(stays)}. Vérifiez de qui il s'agit."
    yield "Les deux historiques restent, et les deux fiches attendent de nouveau une décision."
