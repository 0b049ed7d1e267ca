"""Who is to be registered, as the list shows them: what each lacks and where it is filled in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from identities.assignments.models import short_label
from identities.people.models import Person, Sex
from identities.registrations.completeness import FRANCE
from identities.registrations.queries import ToRegister, people_to_register
from portal.foundation.addresses import address

HEADER = (
    *("Nom de naissance", "Nom d'usage", "Prénoms", "Établissement", "Fonction"),
    *("Voie proposée", "Pourquoi", "Ce qui manque"),
)
_ABROAD = ~Q(birth_country_code__in=["", FRANCE])
# What a record may lack, as the filter offers it: the same that `completeness` asks of it.
LACKING = {
    "prenom": ("Prénom", Q(first_names=[])),
    "sexe": ("Sexe", ~Q(sex__in=Sex.values)),
    "mobile": ("Mobile", Q(phone="")),
    "courriel": ("Courriel", Q(email="")),
    "naissance": ("Date de naissance complète", Q(birth_date="") | Q(birth_date__contains="-00")),
    "lieu": (
        "Lieu de naissance",
        Q(birth_commune_code="") & ~_ABROAD | _ABROAD & Q(birth_place=""),
    ),
    "nationalite": ("Nationalité", _ABROAD & Q(is_french=None)),
}
COMPLETE = "rien"
# In a word, for a column that is read down; the whole sentence is in the export and on the request.
IN_A_WORD = {
    "first_names": "prénom",
    "sex": "sexe",
    "birth_date": "date de naissance complète",
    "birth_place": "lieu de naissance",
    "is_french": "nationalité",
    "email": "courriel",
    "phone": "mobile",
}


@dataclass(frozen=True)
class PersonRow:
    """One person. `edit_url` is empty for those who may not; `can_prepare`: some route is open to the function."""

    id: UUID
    name: str
    url: str
    site: str
    function: str
    route: str
    why: str
    missing: str
    edit_url: str
    can_prepare: bool


def people_lacking(
    lacks: str, *, establishment_id: UUID | None, function_code: str, text: str
) -> QuerySet[Person]:
    """`people_to_register`, only those whose record lacks that; `COMPLETE`: nothing of what `LACKING` names."""
    rows = people_to_register(establishment_id=establishment_id, function_code=function_code, text=text)
    if lacks == COMPLETE:
        for _, condition in LACKING.values():
            rows = rows.exclude(condition)
        return rows
    return rows.filter(LACKING[lacks][1]) if lacks in LACKING else rows


def person_rows(lines: Iterable[ToRegister], place: dict[str, Any], *, may_edit: bool) -> Iterator[PersonRow]:
    """`place`: the arguments of the routes of the current group or site."""
    for one in lines:
        person = {**place, "person_id": one.person.pk}
        yield PersonRow(
            id=one.person.pk,
            name=one.person.display_name,
            url=address("shell:person", **person),
            site=one.assignment.establishment.name,
            function=short_label(one.assignment.function.label),
            route=one.routes.proposed.label if one.routes.proposed else "",
            why=one.routes.reason,
            missing=", ".join(IN_A_WORD[lack.field] for lack in one.missing),
            edit_url=address("people:edit", **person) if may_edit and one.missing else "",
            can_prepare=bool(one.routes.routes),
        )


def export_rows(lines: Iterable[ToRegister]) -> Iterator[list[Any]]:
    """One line per person, as values."""
    for one in lines:
        yield [
            one.person.birth_name,
            one.person.usage_name,
            " ".join(one.person.first_names),
            one.assignment.establishment.name,
            one.assignment.function.label,
            one.routes.proposed.label if one.routes.proposed else "",
            one.routes.reason,
            " ".join(lack.french for lack in one.missing),
        ]
