"""Who may settle the change of a verified identity, and how long a check may hold."""

from identities.identity_checks.models import MONTHS_ALLOWED, TraitChange
from identities.identity_checks.states import ChangeState
from identities.people.models import Person
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.journal.operations import Actor

MAX_REASON = 300
SETTLED = "Ce changement d'identité vient d'être réglé : rechargez la fiche pour voir ce qu'il est devenu."
NO_ATTESTING = (
    "Un changement d'état civil demande un nouveau contrôle d'identité, que votre rôle n'atteste pas : demandez-le au"
    " référent du site. Vous pouvez enregistrer la nationalité et les coordonnées."
)
TWO_PEOPLE = (
    "Vous avez demandé ce changement : une seconde personne doit le confirmer. Vous pouvez le retirer."
)


def check_second_person(change: TraitChange, actor: Actor) -> None:
    """Refuses (DomainError) a change that is settled, the person who asked for it, and a program.

    The equally reliable check is asked by RIE v1 EXI 21 and RIE v2 EXI 08 (draft); the second person is ours.
    """
    _check_waits(change)
    if actor.actor_id is None or actor.actor_id == change.asked_by:
        raise DomainError("The one who asks does not decide", TWO_PEOPLE)


def can_decide(change: TraitChange, actor: Actor) -> bool:
    """Whether that person may confirm or refuse it."""
    try:
        check_second_person(change, actor)
    except DomainError:
        return False
    return True


def check_asker(change: TraitChange, actor: Actor) -> None:
    """Refuses (DomainError) to withdraw a change that is settled, or that somebody else asked for."""
    _check_waits(change)
    if actor.actor_id != change.asked_by:
        french = f"Seule la personne qui l'a demandé, {change.asked_by_name}, peut le retirer ; vous pouvez le refuser."
        raise DomainError("Asked by somebody else", french)


def _check_waits(change: TraitChange) -> None:
    if change.state != ChangeState.WAITING:
        raise DomainError("Settled already", SETTLED)


def check_still_as_asked(change: TraitChange, person: Person) -> None:
    """Refuses (DomainError) a record merged or checked since the request, or whose traits are no longer those of then."""
    if person.merged_into_id is not None:
        french = (
            "Cette fiche a été réunie à une autre depuis : refusez ce changement, et demandez-le sur l'autre."
        )
        raise DomainError("Merged meanwhile", french)
    now_known = PersonTraits.of(person).as_values()
    if any(now_known[name] != value for name, value in change.before.items()):
        french = (
            "L'état civil a changé depuis la demande : refusez ce changement, puis demandez-en un nouveau."
        )
        raise DomainError("Changed meanwhile", french)
    if person.identity_checks.filter(checked_at__gt=change.asked_at).exists():
        french = (
            "L'identité a été contrôlée de nouveau depuis la demande, avec l'état civil d'avant : refusez ce changement,"
            " puis demandez-en un nouveau s'il est toujours juste."
        )
        raise DomainError("Checked meanwhile", french)


def check_reason(text: str) -> str:
    """The reason as it is kept. Refuses (DomainError) an empty one, and more than 300 characters."""
    written = " ".join(text.split())
    if not written:
        raise DomainError("No reason", "Écrivez pourquoi vous refusez ce changement.", "reason")
    if len(written) > MAX_REASON:
        raise DomainError("Too long", f"Le motif tient en {MAX_REASON} caractères.", "reason")
    return written


def check_months(months: int) -> int:
    """Refuses (DomainError) a duration outside of 6 months to 10 years."""
    least, most = MONTHS_ALLOWED
    if not least <= months <= most:
        raise DomainError("Out of range", f"Choisissez une durée de {least} à {most} mois.", "months")
    return months
