"""What is so now, as conditions of a statement about situations: is the person back, does the directory show them there."""

from django.db.models import Exists, OuterRef

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from identities.national_directory.authorities import doors_of_functions
from identities.national_directory.models import NationalActivity, RegistrationDoor
from identities.people.models import IdentifierKind, PersonIdentifier


def our_functions() -> list[str]:
    """Functions that the employer registers today."""
    return [code for code, door in doors_of_functions().items() if door == RegistrationDoor.EMPLOYER]


def is_back() -> Exists:
    """They hold, now and at that site, a function that the employer registers."""
    return Exists(
        Assignment.objects.filter(
            group_id=OuterRef("group_id"),
            person_id=OuterRef("person_id"),
            establishment_id=OuterRef("establishment_id"),
            state=AssignmentState.RUNNING,
            function_id__in=our_functions(),
        )
    )


def open_in_directory() -> Exists:
    """The loaded files show an activity of the person, under a number they hold, at the FINESS of that site."""
    numbers = PersonIdentifier.objects.filter(
        group_id=OuterRef(OuterRef("group_id")),
        person_id=OuterRef(OuterRef("person_id")),
        kind=IdentifierKind.RPPS,
        valid_to=None,
    )
    return Exists(
        NationalActivity.objects.filter(
            finess=OuterRef("establishment__finess"), number__in=numbers.values("value")
        )
    )
