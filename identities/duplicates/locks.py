"""One at a time: whoever searches, merges or undoes in a group, so that no pair is written about a record just absorbed."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from identities.people.models import Person


def lock_doubles_of_group() -> None:
    """Held until the end of the transaction; waits for who holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('duplicates ' || app.gid()::text, 0))")


def lock_people(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The records as they are now, kept from any other write; always in the order of ids."""
    rows = Person.objects.select_for_update().filter(pk__in=list(person_ids)).order_by("pk")
    return {one.pk: one for one in rows}
