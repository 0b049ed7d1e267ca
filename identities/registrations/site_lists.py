"""The lists of a site's page, and what the site has to do today about them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from identities.assignments.queries import Todo
from identities.registrations.desk import DeskFilter, desk_counts
from identities.registrations.models import RegistrationRequest
from identities.registrations.states import RequestState

WITHOUT = "sans-demande"
FOR_A_PERSON = (RequestState.NEEDS_CORRECTION, RequestState.UNKNOWN, RequestState.PARTLY_DONE)


@dataclass(frozen=True)
class SiteList:
    label: str
    states: tuple[str, ...]
    help: str


LISTS = {
    "a-corriger": SiteList(
        "À corriger",
        (RequestState.NEEDS_CORRECTION, RequestState.PARTLY_DONE),
        "Le service national a répondu qu'une donnée est à revoir. Ouvrez la demande : elle dit laquelle.",
    ),
    "a-completer": SiteList(
        "À compléter",
        (RequestState.DRAFT,),
        "Il manque une donnée sur la fiche. Ouvrez la demande pour voir laquelle et la compléter.",
    ),
    "en-attente": SiteList(
        "En attente du numéro",
        (RequestState.READY, RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN),
        "La demande est prête ou partie : vous n'avez rien à faire, le numéro s'affichera sur la fiche.",
    ),
}


def requests_for_a_person() -> int:
    """How many requests of the current door do not move on by themselves: one statement."""
    rows = RegistrationRequest.objects.filter(state__in=FOR_A_PERSON)
    return rows.count()


def stuck_by_site() -> dict[UUID, int]:
    """Site → how many requests there wait for a person, incomplete ones too: one statement."""
    rows = RegistrationRequest.objects.filter(state__in=[*FOR_A_PERSON, RequestState.DRAFT])
    return dict(rows.order_by().values_list("establishment_id").annotate(Count("pk")))


def todo_of_registrations(establishment_id: UUID) -> list[Todo]:
    """What the site can mend itself: one statement."""
    counts = desk_counts(DeskFilter(establishment_id))
    lines = []
    for name, one, several in (
        ("a-corriger", "Un enregistrement national est", "enregistrements nationaux sont"),
        ("a-completer", "Un enregistrement national est", "enregistrements nationaux sont"),
    ):
        count = sum(counts[state] for state in LISTS[name].states)
        if count:
            what = LISTS[name].label.lower()
            text = f"{one} {what}." if count == 1 else f"{count} {several} {what}."
            lines.append(Todo("warn", text, "", "registrations:of_site", "Voir", {"liste": name}))
    return lines
