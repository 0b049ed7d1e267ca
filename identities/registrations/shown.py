"""How requests are said on screen and as a spreadsheet: words and addresses made once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identities.assignments.models import short_label
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.states import RequestState
from portal.foundation.addresses import address
from portal.foundation.clock import now

HEADER = (
    *("Nom de naissance", "Nom d'usage", "Prénoms", "Établissement", "Fonction", "Voie", "État"),
    *("Préparée le", "Envoyée le", "Numéro RPPS", "Numéro obtenu le", "Ce qu'il y a à faire"),
)
LEVELS = {
    RequestState.DRAFT: "warn",
    RequestState.READY: "info",
    RequestState.QUEUED: "neutral",
    RequestState.SENT: "neutral",
    RequestState.UNKNOWN: "warn",
    RequestState.NEEDS_CORRECTION: "danger",
    RequestState.PARTLY_DONE: "warn",
    RequestState.DONE: "ok",
    RequestState.REFUSED: "danger",
    RequestState.WITHDRAWN: "neutral",
    RequestState.EXPIRED: "danger",
}
_SEVERAL = {
    RequestState.READY: "prêtes",
    RequestState.SENT: "envoyées",
    RequestState.PARTLY_DONE: "faites en partie",
    RequestState.DONE: "faites",
    RequestState.REFUSED: "refusées",
    RequestState.WITHDRAWN: "retirées",
    RequestState.EXPIRED: "échues",
}
TRAITS = {
    "birth_name": "nom de naissance",
    "first_names": "prénoms",
    "sex": "sexe",
    "birth_date": "date de naissance",
    "birth_place": "lieu de naissance",
}
_STEPS = {
    RequestState.QUEUED: "Part sans vous",
    RequestState.UNKNOWN: "Vérification en cours : rien n'est renvoyé sans savoir",
    RequestState.PARTLY_DONE: "Relancer ce qui reste",
    RequestState.DONE: "Terminé",
    RequestState.REFUSED: "Lire le motif",
    RequestState.WITHDRAWN: "Rien à faire",
    RequestState.EXPIRED: "À recommencer",
}
_READY = {
    Route.PSI: "À envoyer",
    Route.PORTAL: "À saisir au portail RPPS+",
    Route.SELF: "Inviter la personne",
}
_SENT = {
    Route.PSI: "Réponse attendue",
    Route.PORTAL: "Numéro à reporter",
    Route.SELF: "À confirmer sous 30 jours",
}


@dataclass(frozen=True)
class RequestRow:
    """One request as a card or a line."""

    id: Any
    name: str
    site: str
    function: str
    route: str
    state: str
    level: str
    age: str
    step: str
    url: str


def request_rows(requests: Iterable[RegistrationRequest], place: dict[str, Any]) -> Iterator[RequestRow]:
    """`place`: the arguments of the routes of the current group or site."""
    moment = now()
    for one in requests:
        yield RequestRow(
            id=one.pk,
            name=one.person.display_name,
            site=one.establishment.name,
            function=short_label(one.function.label),
            route=capitalized(one.get_route_display()),
            state=capitalized(one.get_state_display()),
            level=LEVELS[RequestState(one.state)],
            age=age_words(one.created_at, moment),
            step=step_words(one),
            url=address("registrations:request", **place, request_id=one.pk),
        )


def capitalized(label: str) -> str:
    """« À corriger »: the first letter alone, so that acronyms stay as they are."""
    return label[:1].upper() + label[1:]


def counted_state(state: RequestState, count: int) -> str:
    """The word beside how many requests are in that state: « faite » of one, « faites » of two."""
    return _SEVERAL.get(state, state.label) if count > 1 else state.label


def step_words(request: RegistrationRequest) -> str:
    """What there is to do next, in a few words."""
    state = RequestState(request.state)
    if state == RequestState.DRAFT:
        count = len(request.missing)
        return f"Compléter : il manque {count} donnée{'s' * (count > 1)}" if count else "Compléter"
    if state == RequestState.NEEDS_CORRECTION:
        traits = ", ".join(TRAITS.get(one, one) for one in request.divergences)
        return f"Corriger : {traits}" if traits else "Lire la réponse et corriger"
    if state == RequestState.READY:
        return _READY[Route(request.route)]
    return _SENT[Route(request.route)] if state == RequestState.SENT else _STEPS[state]


def age_words(since: datetime, moment: datetime) -> str:
    """« aujourd'hui », « depuis 1 jour », « depuis 12 jours »."""
    days = (moment - since).days
    return f"depuis {days} jour{'s' * (days > 1)}" if days else "aujourd'hui"


def export_rows(requests: Iterable[RegistrationRequest]) -> Iterator[list[Any]]:
    """One line per request, as values."""
    for one in requests:
        yield [
            one.person.birth_name,
            one.person.usage_name,
            " ".join(one.person.first_names),
            one.establishment.name,
            one.function.label,
            one.get_route_display(),
            one.get_state_display(),
            one.created_at,
            one.sent_at,
            ", ".join(one.rpps_numbers),
            one.numbered_on,
            step_words(one),
        ]
