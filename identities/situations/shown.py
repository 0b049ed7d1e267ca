"""How a situation to close is said: one line of the list, its page, the file that leaves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from identities.assignments.models import EndReason
from identities.registrations.models import ActivityEndReason
from identities.situations.models import SituationToClose
from identities.situations.rules import LATE_DAYS, days_waiting, is_late
from identities.situations.states import SituationState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.tabular import Row

HEADER = (
    "Nom", "Établissement", "Fonction", "RPPS", "Départ", "Attente (jours)", "État", "Close le", "Motif de fin",
    "Voie", "Réglée par", "Vérifiée dans l'Annuaire Santé le", "Précision",
)  # fmt: skip
LEVELS = {
    SituationState.OPEN: "warn",
    SituationState.ASKED: "info",
    SituationState.CLOSED: "ok",
    SituationState.NOT_NEEDED: "neutral",
}


@dataclass(frozen=True)
class SituationRow:
    """One line. `proof`: what the Annuaire Santé shows, in words."""

    situation: SituationToClose
    url: str
    level: str
    status: str
    waiting: str
    proof: str


def rows_shown(rows: Iterable[Any], place: dict[str, Any]) -> Iterator[SituationRow]:
    """The lines of a list read by `situations_shown`."""
    for one in rows:
        yield row_shown(one, place)


def row_shown(one: Any, place: dict[str, Any]) -> SituationRow:
    """One of them; `place`: the arguments of the routes of the current group or site."""
    state = SituationState(one.state)
    days = days_waiting(one, today())
    late = is_late(one, today())
    return SituationRow(
        one,
        address("situations:one", **place, situation_id=one.pk),
        "danger" if late else LEVELS[state],
        "En retard" if late else f"{state.label[:1].upper()}{state.label[1:]}",
        waited(days) if state in (SituationState.OPEN, SituationState.ASKED) else "",
        proof_of(one),
    )


def waited(days: int) -> str:
    """« depuis aujourd'hui », « depuis 4 jours »."""
    if days < 1:
        return "depuis aujourd'hui"
    return f"depuis {days} jour{'s' if days > 1 else ''}"


def proof_of(one: Any) -> str:
    """What the loaded files of the Annuaire Santé show of the activity at that site."""
    if one.verified_on:
        return f"Vérifiée le {one.verified_on:%d/%m/%Y}"
    if one.is_open_there:
        return "Encore ouverte"
    return "Aucune activité ici"


def left_why(one: Any) -> str:
    """« Mutation vers un autre site »; empty when no reason was given."""
    return EndReason(one.left_because).label.capitalize() if one.left_because else ""


def end_reason_said(one: SituationToClose) -> str:
    """The reason of JDV_J92 with its code; empty before any."""
    return f"{ActivityEndReason(one.end_reason).label} ({one.end_reason})" if one.end_reason else ""


def next_step(one: Any) -> str:
    """One sentence: what is to be done now, and by whom."""
    if one.state == SituationState.ASKED:
        return "La demande de fin d'activité est préparée ou partie : elle se suit sur sa page."
    if one.state == SituationState.OPEN:
        late = f" Elle attend depuis plus de {LATE_DAYS} jours." if is_late(one, today()) else ""
        return f"Quelqu'un doit demander la fin de l'activité, ou la saisir au portail RPPS+.{late}"
    if one.state == SituationState.NOT_NEEDED:
        return "Il n'y a rien à faire."
    if one.verified_on:
        return "Il n'y a plus rien à faire : l'Annuaire Santé ne montre plus l'activité."
    return (
        "L'Annuaire Santé le dira : la situation est vérifiée, ou rouverte, quand ses fichiers sont chargés."
    )


def export_rows(rows: Iterable[Any]) -> Iterator[Row]:
    """The list as a file."""
    for one in rows:
        yield [
            one.person.display_name, one.establishment.name, one.function.label, one.number or "", one.ended_on,
            days_waiting(one, today()) if one.state == SituationState.OPEN else None, one.get_state_display(),
            one.closed_on, end_reason_said(one), one.get_closed_by_display(), one.settled_by_name, one.verified_on,
            one.note,
        ]  # fmt: skip
