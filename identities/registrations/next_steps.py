"""What a person does next about a request: one sentence, and where it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from identities.registrations.composing import traits_of
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock, Route
from identities.registrations.rules import can_retry
from identities.registrations.states import BlockState, RequestState

_CIVIL = ("lastName", "firstNames", "genderCode", "birthDate", "birthLocationCode", "birthPlace")
CARDS = (BlockKind.CARD_PSI, BlockKind.CARD_CPS)


@dataclass(frozen=True)
class NextStep:
    """`route`: of the page where it is done, empty when there is nothing to press; `posts`: pressed at once."""

    sentence: str
    route: str = ""
    label: str = ""
    posts: bool = False


_BY_ROUTE: dict[str, NextStep] = {
    Route.PSI: NextStep(
        "Tout y est : relisez ce qui partira, puis envoyez.", "registrations:send", "Envoyer…"
    ),
    Route.PORTAL: NextStep(
        "Tout y est : saisissez-la au portail RPPS+, champ par champ.",
        "rpps_plus:worklist",
        "Ouvrir la saisie",
    ),
    Route.SELF: NextStep(
        "Tout y est : invitez la personne à s'enregistrer elle-même.",
        "self_registrations:list",
        "Voir les invitations",
    ),
}
_AWAITED: dict[str, NextStep] = {
    Route.PSI: NextStep("La demande est partie : la réponse s'affichera ici, sans rien faire."),
    Route.PORTAL: NextStep(
        "Saisie au portail RPPS+ : reportez le numéro dès que vous l'avez.",
        "rpps_plus:worklist",
        "Ouvrir la saisie",
    ),
    Route.SELF: NextStep(
        "La personne s'est enregistrée : confirmez son emploi avant 30 jours.",
        "self_registrations:list",
        "Voir les confirmations",
    ),
}
_ENDED = {
    RequestState.DONE: NextStep("Terminé : il n'y a plus rien à faire."),
    RequestState.REFUSED: NextStep(
        "Refusée : lisez le motif, puis préparez une nouvelle demande s'il y a lieu."
    ),
    RequestState.WITHDRAWN: NextStep("Retirée : rien n'est parti, ou rien ne partira plus."),
    RequestState.EXPIRED: NextStep(
        "Le délai est passé : le compte provisoire est supprimé par l'ANS. Recommencez depuis « À enregistrer »."
    ),
}


def next_step(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    """What to do about a request, given its blocks and what it lacks today."""
    state = RequestState(request.state)
    if state in _ENDED:
        return _ENDED[state]
    return _STEPS[state](request, blocks, missing)


def has_unknown_card(blocks: Sequence[RequestBlock]) -> bool:
    """A card was perhaps ordered: only a person may say so, nothing orders it twice."""
    return any(one.kind in CARDS and one.state == BlockState.UNKNOWN for one in blocks)


def record_changed(request: RegistrationRequest) -> bool:
    """Whether the civil status of the record is no longer the one that was sent."""
    sent, known = request.payload or {}, traits_of(request.person, "", "", request.pk).body()
    return any(sent.get(key, "") != known.get(key, "") for key in _CIVIL)


def _draft(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    if missing:
        return NextStep("Complétez ce qui manque ci-dessous, puis revenez à cette page.")
    return NextStep(
        "Il ne manque plus rien : marquez la demande prête.",
        "registrations:check",
        "Marquer prête",
        posts=True,
    )


def _ready(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    if missing:
        return NextStep("La fiche a changé : complétez ce qui manque ci-dessous avant l'envoi.")
    return _BY_ROUTE[request.route]


def _unknown(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    if has_unknown_card(blocks):
        return NextStep(
            "Une carte a peut-être été commandée : renseignez-vous, puis dites-le ici. Rien n'est recommandé sans vous.",
            "registrations:card",
            "Dire ce qu'il en est…",
        )
    return NextStep(
        "La réponse s'est perdue : le portail vérifie seul ce qui a été fait avant tout nouvel envoi."
    )


def _correction(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    if has_unknown_card(blocks):
        return _unknown(request, blocks, missing)
    if request.divergences and not record_changed(request):
        return NextStep(
            "L'état civil national diffère : comparez les deux, corrigez ce qui est faux, puis renvoyez.",
            "registrations:correct",
            "Comparer et corriger",
        )
    return NextStep(
        "La fiche a changé depuis l'envoi : vérifiez la demande, puis renvoyez-la."
        if record_changed(request)
        else "La réponse demande une correction : lisez-la ci-dessous, corrigez, puis remettez la demande prête.",
        "registrations:check",
        "C'est corrigé : vérifier la demande",
        posts=True,
    )


def _partly_done(
    request: RegistrationRequest, blocks: Sequence[RequestBlock], missing: Sequence[object]
) -> NextStep:
    if has_unknown_card(blocks):
        return _unknown(request, blocks, missing)
    if any(one.state == BlockState.CORRECTION for one in blocks):
        return NextStep(
            "Une partie est faite : corrigez ce que la réponse dit ci-dessous, puis relancez ce qui reste.",
            "registrations:retry",
            "Relancer ce qui reste…",
        )
    if can_retry(request, {one.state for one in blocks}):
        return NextStep(
            "Une partie est faite : relancez seulement ce qui reste.",
            "registrations:retry",
            "Relancer ce qui reste…",
        )
    return NextStep(
        "Une partie est faite, le reste est refusé : lisez le motif ci-dessous, puis arrêtez là.",
        "registrations:close",
        "Arrêter là…",
    )


_STEPS: dict[
    RequestState, Callable[[RegistrationRequest, Sequence[RequestBlock], Sequence[object]], NextStep]
] = {
    RequestState.DRAFT: _draft,
    RequestState.READY: _ready,
    RequestState.QUEUED: lambda request, blocks, missing: NextStep(
        "La demande attend son tour : elle part sans vous, dans l'ordre."
    ),
    RequestState.SENT: lambda request, blocks, missing: _AWAITED[request.route],
    RequestState.UNKNOWN: _unknown,
    RequestState.NEEDS_CORRECTION: _correction,
    RequestState.PARTLY_DONE: _partly_done,
}
