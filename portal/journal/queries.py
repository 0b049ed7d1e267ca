"""Reads of the journal."""

from uuid import UUID

from django.db.models import QuerySet

from portal.journal.models import Line


def lines_about(object_id: UUID) -> QuerySet[Line]:
    """What was done about one object, latest first; a site sees the lines of that site."""
    return Line.objects.filter(object_id=object_id).order_by("-at", "-number")
