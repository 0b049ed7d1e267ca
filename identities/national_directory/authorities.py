"""Who registers a profession or a role in the RPPS on a given day, and by which door: sentences for the person's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from identities.assignments.models import NationalFunction
from identities.national_directory.models import RegistrationAuthority, RegistrationDoor
from portal.foundation.clock import today

UNKNOWN_DOOR = "inconnue"  # a function that no table names an authority for
DOOR_LABELS = {
    RegistrationDoor.EMPLOYER.value: "Employeur (portail RPPS+)",
    RegistrationDoor.ORDER.value: "Ordre professionnel",
    RegistrationDoor.ARS.value: "ARS",
    UNKNOWN_DOOR: "Autorité inconnue",
}
WHAT_TO_DO = {
    RegistrationDoor.ORDER.value: "La personne s'adresse à son ordre, qui l'inscrit et transmet au RPPS.",
    RegistrationDoor.ARS.value: "La personne demande son enregistrement à l'ARS de son lieu d'exercice, par eRPPS.",
    RegistrationDoor.EMPLOYER.value: "L'enregistrement se fait sur le portail RPPS+, par un gestionnaire RPPS+ habilité.",
    UNKNOWN_DOOR: "Vérifiez la fonction de l'affectation : aucune table ne dit qui l'enregistre.",
}


@dataclass(frozen=True)
class Registration:
    """Who registers that function: `door` is empty when no table names an authority. `why`: which rows of which tables.

    `brief` is for narrow columns.
    """

    function: str
    door: str
    brief: str
    sentence: str
    why: str


def doors_of_functions(on: date | None = None) -> dict[str, str]:
    """Function code → door, that day (today by default), successors of closed codes included."""
    day = on or today()
    rows = RegistrationAuthority.objects.order_by("function_code", F("valid_from").asc(nulls_first=True))
    whole = list(rows.values_list("function_code", "door", "valid_from", "valid_to"))
    return {code: door for code, door, _, _ in whole} | {
        code: door for code, door, first, after in whole if _holds(first, after, day)
    }


def registrations(codes: Iterable[str], on: date | None = None) -> list[Registration]:
    """How each of these functions is registered that day (today by default): two statements."""
    asked = list(dict.fromkeys(codes))
    day = on or today()
    rows = {
        one.function_code: one
        for one in RegistrationAuthority.objects.filter(function_code__in=asked).order_by(
            F("valid_from").asc(nulls_first=True)
        )
        if one.valid_from is None or one.valid_from <= day
    }
    successors = {code for one in rows.values() for code in one.replaced_by.split()}
    labels = dict(NationalFunction.objects.filter(pk__in={*asked, *successors}).values_list("code", "label"))
    return [_registration(code, rows.get(code), labels, day) for code in asked]


def _registration(
    code: str, row: RegistrationAuthority | None, labels: dict[str, str], day: date
) -> Registration:
    label = labels.get(code, code)
    if row is None:
        return Registration(
            label,
            "",
            DOOR_LABELS[UNKNOWN_DOOR],
            f"{label} : aucune autorité d'enregistrement n'est connue. Vérifiez la fonction de l'affectation.",
            "Absente des tables TRE_R60 et TRE_R85 chargées.",
        )
    successors = ", ".join(
        f"{labels.get(one, one)} ({one.partition('-')[2]})" for one in row.replaced_by.split()
    )
    closed = not _holds(row.valid_from, row.valid_to, day)
    under = f" sous {successors}" if successors else ""
    sentence = f"{label} : enregistrement par {row.authority_name}{under}. {WHAT_TO_DO[row.door]}"
    if closed and row.valid_to:
        sentence = f"Ce code est fermé depuis le {row.valid_to:%d/%m/%Y}. {sentence}"
    brief = (
        row.authority_name.removeprefix("l'") if row.door == RegistrationDoor.ORDER else DOOR_LABELS[row.door]
    )
    return Registration(label, row.door, brief, sentence, f"{row.source} ; autorité {row.authority}")


def _holds(first: date | None, after: date | None, day: date) -> bool:
    return (first is None or first <= day) and (after is None or day < after)
