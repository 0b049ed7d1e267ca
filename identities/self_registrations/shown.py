"""Self-registrations as the screens and the spreadsheets tell them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from identities.people.sentences import trait_label, trait_words
from identities.people.traits import PersonTraits
from identities.self_registrations.models import PersonalLink, SelfRegistration
from identities.self_registrations.remarks import remarks_left
from identities.self_registrations.rules import DELETED, TAKEN_BACK, is_taken_back
from identities.self_registrations.states import BEFORE_ENROLMENT, PathState
from portal.foundation.addresses import address
from portal.foundation.clock import now, today

LEVELS = {
    PathState.INVITED: "neutral",
    PathState.OPENED: "info",
    PathState.FILLED: "info",
    PathState.SENT: "info",
    PathState.DECLARED: "warn",
    PathState.CONFIRMED: "ok",
    PathState.EXPIRED: "danger",
    PathState.WITHDRAWN: "neutral",
}
SOON = 7  # days left from which a deadline is red
HEADER = (
    "Nom",
    "Établissement",
    "État",
    "Invité le",
    "Invité par",
    "Auto-enregistré le",
    "À confirmer d'ici au",
    "Jours restants",
    "Terminé le",
)


def days_left(path: SelfRegistration, day: date) -> int | None:
    """Until the last day to confirm, which counts; None when nothing runs."""
    if path.state != PathState.DECLARED or path.confirm_by is None:
        return None
    return max(0, (path.confirm_by - day).days)


def countdown(left: int | None) -> str:
    """« 12 jours pour confirmer », « dernier jour pour confirmer »."""
    if left is None:
        return ""
    if left == 0:
        return "dernier jour pour confirmer"
    return f"{left} jour{'s' if left > 1 else ''} pour confirmer"


@dataclass(frozen=True)
class PathRow:
    """One line of the list."""

    path: SelfRegistration
    url: str
    level: str
    status: str
    next: str
    is_urgent: bool


def path_rows(paths: Iterable[SelfRegistration], place: dict[str, Any]) -> Iterator[PathRow]:
    """`paths` carry `link_until` (`queries.paths_shown`)."""
    day = today()
    for one in paths:
        left = days_left(one, day)
        url = address("self_registrations:path", **place, self_registration_id=one.pk)
        urgent = left is not None and left <= SOON
        level = "danger" if urgent else LEVELS[PathState(one.state)]
        yield PathRow(one, url, level, one.get_state_display(), countdown(left) or _next(one), urgent)


def _next(path: Any) -> str:
    if path.state in BEFORE_ENROLMENT and (path.link_until is None or path.link_until <= now()):
        return "lien à envoyer" if path.link_until is None else "lien de plus de 7 jours : à renvoyer"
    return {
        PathState.INVITED: "attend la personne",
        PathState.OPENED: "la personne remplit sa fiche",
        PathState.FILLED: "la personne va s'enregistrer",
        PathState.SENT: "la personne s'enregistre",
        PathState.EXPIRED: "à recommencer",
    }.get(PathState(path.state), "")


def next_step(path: SelfRegistration, link: PersonalLink | None) -> str:
    """What is to be done now, in one sentence, for the establishment."""
    left = days_left(path, today())
    if left is not None:
        return (
            f"Confirmez d'ici au {path.confirm_by:%d/%m/%Y} ({countdown(left)}) : ensuite, l'ANS supprime le compte que la"
            " personne a créé."
        )
    if path.state == PathState.EXPIRED:
        return DELETED
    if path.state == PathState.CONFIRMED:
        return "L'établissement a confirmé : il n'y a plus rien à faire ici."
    if path.state == PathState.WITHDRAWN:
        return "Cette invitation est retirée. Une nouvelle peut être faite."
    if is_taken_back(path):
        return TAKEN_BACK
    if link is None:
        return "Préparez le lien, puis envoyez-le par SMS depuis le téléphone du site."
    if link.opened_at is None and link.expires_at <= now():
        return "Le lien a plus de 7 jours : renvoyez-en un."
    if link.opened_at is not None and link.expires_at <= now():
        return "Les 7 jours du lien sont passés avant la fin : renvoyez-en un, la personne reprendra où elle en est."
    return "Rien : la personne a son lien. Renvoyez-le si elle ne le trouve plus."


def remark_rows(path: SelfRegistration) -> list[tuple[str, str, str]]:
    """(trait, as the verified identity has it, as the person wrote it), of what is still to be taken up."""
    known = PersonTraits.of(path.person).as_values()
    return [
        (trait_label(name), trait_words(name, known[name]), trait_words(name, value))
        for name, value in remarks_left(path).items()
    ]


def export_rows(paths: Iterable[SelfRegistration]) -> Iterator[tuple[Any, ...]]:
    """Under `HEADER`."""
    day = today()
    for one in paths:
        yield (
            one.person.display_name,
            one.establishment.name,
            one.get_state_display(),
            one.invited_at,
            one.invited_by_name,
            one.enrolled_on,
            one.confirm_by,
            days_left(one, day),
            one.ended_at,
        )
