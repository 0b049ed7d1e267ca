"""By which route a function is registered nationally, and under which codes.

Who registers whom: the table of authorities. Families, kinds of activity and categories: reference/registration_routes.csv,
one line for each of the 60 roles that the RPPS+ portal offers (JDV_J121), with what is the ANS's and what is ours.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import F, Q

from identities.assignments.models import ContractKind, NationalFunction
from identities.national_directory.models import RegistrationAuthority, RegistrationDoor
from identities.registrations.models import RegistrationSettings, Route
from portal.foundation.clock import today

PROFESSION_WITH_ROLE = "99"  # TRE_R291: « professionnel à rôle », the role says the rest
ACCEPTED_BY_PSI = frozenset({"Professionnel Soin"})  # README of API PSI 0.9.1: one value of thirteen today
_FILE = Path(__file__).parent / "reference" / "registration_routes.csv"
_PRACTICE_MODES = {ContractKind.LIBERAL.value: "L"}  # JDV_J117: S salarié, L libéral, B bénévole


@dataclass(frozen=True)
class NationalCodes:
    """What a role is declared with. `genre_is_official`: given by the ANS (ASS_A20); else proposed by us."""

    function_code: str
    label: str
    psi_function: str  # employment.function of API PSI
    activity_genre: str  # JDV_J116
    category: str  # JDV_J118
    genre_is_official: bool
    source: str

    @property
    def role(self) -> str:
        """TRE_R85, as API PSI (`activity.function`) and the portal take it."""
        return self.function_code.partition("-")[2]

    @property
    def profession_code(self) -> str:
        return PROFESSION_WITH_ROLE


@dataclass(frozen=True)
class FunctionRoutes:
    """How people of a function are registered that day. `reason`: why that route, or why none, in one French sentence.

    `codes`: of the role declared, that of the successor when the function's code is closed; None when nothing may be
    declared. `successors`: the function codes to choose from when several replace a closed one.
    """

    function_code: str
    door: str  # a RegistrationDoor, or empty when no table names an authority
    routes: tuple[Route, ...]
    proposed: Route | None
    reason: str
    codes: NationalCodes | None = None
    successors: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """The employer registers these people, whether or not a role is still to be chosen."""
        return self.door == RegistrationDoor.EMPLOYER


@cache
def national_codes() -> dict[str, NationalCodes]:
    """Function code → what it is declared with, for the roles that the portal offers."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            line["function_code"]: NationalCodes(
                **{**line, "genre_is_official": line["genre_is_official"] == "1"}  # type: ignore[arg-type]
            )
            for line in csv.DictReader(stream)
        }


def practice_mode(contract: str) -> str:
    """JDV_J117: liberal for a liberal contract, else salaried; nobody is a volunteer by default."""
    return _PRACTICE_MODES.get(contract, "S")


def routes_of_function(code: str, on: date | None = None) -> FunctionRoutes:
    """How people of that function are registered that day (today by default)."""
    return routes_of_functions([code], on)[code]


def routes_of_functions(codes: Iterable[str], on: date | None = None) -> dict[str, FunctionRoutes]:
    """How people of each of these functions are registered that day (today by default): two statements for all."""
    asked = list(dict.fromkeys(codes))
    day = on or today()
    rows = {
        one.function_code: one
        for one in RegistrationAuthority.objects.filter(function_code__in=asked).order_by(
            F("valid_from").asc(nulls_first=True)
        )
        if one.valid_from is None or one.valid_from <= day
    }
    labels = dict(NationalFunction.objects.filter(pk__in=asked).values_list("code", "label"))
    return {code: _routes(code, labels.get(code, code), rows.get(code)) for code in asked}


def _routes(code: str, label: str, row: RegistrationAuthority | None) -> FunctionRoutes:
    if row is None:
        return FunctionRoutes(
            code,
            "",
            (),
            None,
            f"{label} : aucune table ne dit qui l'enregistre. Choisissez une autre fonction pour l'affectation.",
        )
    if row.door != RegistrationDoor.EMPLOYER:
        return FunctionRoutes(
            code,
            row.door,
            (),
            None,
            f"{label} : enregistrement par {row.authority_name}, jamais par l'établissement.",
        )
    successors = tuple(row.replaced_by.split()) or (code,)
    if len(successors) > 1:
        names = ", ".join(national_codes()[one].label for one in successors)
        return FunctionRoutes(
            code,
            row.door,
            (),
            None,
            f"{label} : plusieurs rôles nationaux la remplacent. Donnez à l'affectation celui qui convient : {names}.",
            successors=successors,
        )
    return _by_employer(code, row.door, national_codes()[successors[0]])


def _by_employer(code: str, door: str, codes: NationalCodes) -> FunctionRoutes:
    routes = tuple(route for route in Route if route != Route.PSI or codes.psi_function in ACCEPTED_BY_PSI)
    if Route.PSI in routes:
        reason = (
            f"Par l'API Pro Santé Identité : elle accepte aujourd'hui la famille « {codes.psi_function} »."
        )
    else:
        reason = (
            "Au portail RPPS+ : l'API Pro Santé Identité n'accepte aujourd'hui que la famille « Professionnel Soin »,"
            f" et cette fonction est de la famille « {codes.psi_function} »."
        )
    if codes.function_code != code:
        reason = f"Enregistrement sous « {codes.label} » ({codes.role}). {reason}"
    return FunctionRoutes(code, door, routes, routes[0], reason, codes)


def agency_staff() -> str:
    """What the current door's group chose for people lent by an agency (a RegistrationSettings.AgencyStaff)."""
    found = list(RegistrationSettings.objects.values_list("agency_staff", flat=True)[:1])
    return found[0] if found else RegistrationSettings.AgencyStaff.UNSETTLED


def registered_here(choice: str, path: str = "") -> Q:
    """Stays whose people the establishment registers, given what the group chose for agency staff.

    `path` leads from the filtered rows to the stay (« assignment__ »).
    """
    if choice == RegistrationSettings.AgencyStaff.HERE:
        return Q()
    return ~Q(**{f"{path}contract": ContractKind.TEMP})


def why_not_here(contract: str, choice: str) -> str:
    """Why somebody with that contract is not proposed, in French; empty when they are."""
    if contract != ContractKind.TEMP or choice == RegistrationSettings.AgencyStaff.HERE:
        return ""
    if choice == RegistrationSettings.AgencyStaff.AGENCY:
        return "Personnel d'agence : votre groupe a choisi que l'agence les enregistre."
    return (
        "Personnel d'agence : aucun texte ne dit qui les enregistre. L'administrateur du groupe le choisit dans les"
        " réglages des enregistrements."
    )
