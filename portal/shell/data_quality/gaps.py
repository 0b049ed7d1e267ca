"""What may be wrong or missing about somebody: one line each, as a condition on people that PostgreSQL answers by set."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from identities.assignments.models import Assignment, AssignmentKind
from identities.assignments.rules import OPEN_STATES
from identities.duplicates.models import Pair
from identities.duplicates.states import UNDECIDED
from identities.identity_checks.standings import Standing
from identities.national_directory.models import DirectoryLink
from identities.national_directory.rules import due_before, recheck_rule
from identities.national_directory.states import LinkState
from identities.people.models import HomonymDecision
from portal.foundation.clock import now

TRAITS, CHECKS, DIRECTORY, WORK, RECORDS = (
    "Traits d'identité et coordonnées",
    "Contrôles d'identité",
    "Annuaire Santé",
    "Origine des affectations",
    "Fiches du groupe",
)


@dataclass(frozen=True)
class Gap:
    """`condition` says who has it, of people read with their `standing`; `advice` what to do.

    `of_everybody`: among all the records of the group, not only those who work here or are about to; then it is a figure of
    the whole group. `standing`: where an identity stands, of which everybody has one.
    """

    code: str
    family: str
    label: str
    advice: str
    condition: Callable[[], Q]
    of_everybody: bool = False
    standing: str = ""


def _is(**traits: object) -> Callable[[], Q]:
    return lambda: Q(**traits)


def _open_stays() -> Q:
    return Q(pk__in=Assignment.objects.filter(state__in=OPEN_STATES).values("person_id"))


def _stands(standing: Standing, code: str, label: str, advice: str) -> Gap:
    return Gap(code, CHECKS, label, advice, _is(standing=standing.value), standing=standing.value)


def _linked(**more: object) -> Q:
    return Q(pk__in=DirectoryLink.objects.filter(state=LinkState.LINKED, **more).values("person_id"))


def _stale() -> Q:
    return _linked(checked_at__lt=due_before(recheck_rule(), now()))


def _differing() -> Q:
    return Q(
        pk__in=DirectoryLink.objects.filter(state=LinkState.LINKED)
        .exclude(differences=[])
        .values("person_id")
    )


def _typed() -> Q:
    rows = Assignment.objects.filter(state__in=OPEN_STATES, kind=AssignmentKind.AFFECTATION, source="typed")
    return Q(pk__in=rows.values("person_id"))


def _one_of(pairs: QuerySet[Pair] | QuerySet[HomonymDecision]) -> Q:
    return Q(pk__in=pairs.values("person_id")) | Q(pk__in=pairs.values("other_id"))


_ASK = "Complétez la fiche, pièce d'identité en main."
GAPS = (
    Gap("date-de-naissance", TRAITS, "Sans date de naissance", _ASK, _is(birth_date="")),
    Gap(
        "lieu-de-naissance",
        TRAITS,
        "Sans lieu de naissance",
        _ASK,
        _is(birth_place="", birth_commune_code=""),
    ),
    Gap("sexe", TRAITS, "Sans sexe", _ASK, _is(sex="")),
    Gap(
        "prenoms",
        TRAITS,
        "Sans prénom",
        "Complétez la fiche, ou confirmez que l'état civil n'en porte aucun.",
        _is(first_names=[]),
    ),
    Gap(
        "mobile",
        TRAITS,
        "Sans mobile",
        "Demandez le mobile, ou cochez « pas de téléphone ».",
        _is(phone="", has_no_phone=False),
    ),
    Gap(
        "courriel",
        TRAITS,
        "Sans courriel",
        "Demandez une adresse personnelle ou professionnelle.",
        _is(email=""),
    ),
    _stands(
        Standing.NEVER,
        "jamais-vus",
        "Identité jamais contrôlée",
        "Contrôlez l'identité à la prochaine présence.",
    ),
    _stands(
        Standing.TO_REDO,
        "a-refaire",
        "Contrôle d'identité à refaire",
        "L'état civil a changé après le dernier contrôle : contrôlez de nouveau.",
    ),
    _stands(
        Standing.LOW,
        "niveau-faible",
        "Contrôle de niveau faible seulement",
        "Voyez la personne en face à face, avec une pièce d'identité.",
    ),
    _stands(
        Standing.EXPIRED, "controle-echu", "Contrôle d'identité échu", "Contrôlez de nouveau l'identité."
    ),
    _stands(
        Standing.SOON,
        "bientot-echu",
        "Contrôle à renouveler sous 60 jours",
        "Profitez de la prochaine présence pour contrôler de nouveau.",
    ),
    Gap(
        "sans-lien",
        DIRECTORY,
        "Sans lien avec l'Annuaire Santé",
        "Traitez les propositions de la page « Annuaire Santé ».",
        lambda: ~_linked(),
    ),
    Gap(
        "lien-a-verifier",
        DIRECTORY,
        "Lien à vérifier de nouveau",
        "Lancez une campagne de vérification depuis la page « Annuaire Santé ».",
        _stale,
    ),
    Gap(
        "differences",
        DIRECTORY,
        "Différences avec l'Annuaire Santé",
        "Suivez ce que la page « Annuaire Santé » conseille pour chaque différence.",
        _differing,
    ),
    Gap(
        "saisies",
        WORK,
        "Affectation saisie que la paie ne connaît pas",
        "Vérifiez que la paie les connaît : le prochain import RH reprendra ces affectations.",
        _typed,
    ),
    Gap(
        "doublons",
        RECORDS,
        "Dans un doublon à régler",
        "Dites pour chaque paire si c'est la même personne.",
        lambda: _one_of(Pair.objects.filter(state__in=UNDECIDED)),
        of_everybody=True,
    ),
    Gap(
        "homonymes",
        RECORDS,
        "Homonymes reconnus",
        "Rien à faire : ces fiches ont été gardées distinctes.",
        lambda: _one_of(HomonymDecision.objects.all()),  # of a pair, or at an arrival
        of_everybody=True,
    ),
    Gap(
        "sans-affectation",
        RECORDS,
        "Sans affectation en cours ni à venir",
        "Des personnes parties, le plus souvent : regardez celles qui devraient être là.",
        lambda: ~_open_stays(),
        of_everybody=True,
    ),
)
BY_CODE = {one.code: one for one in GAPS}


def works_here() -> Q:
    """People with an affectation under way or to come that the current door sees, and whose record goes on."""
    return _open_stays() & Q(merged_into=None)


def known() -> Q:
    """Every record that goes on."""
    return Q(merged_into=None)
