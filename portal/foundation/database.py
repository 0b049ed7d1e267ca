"""SQL functions of the schema `app` (portal/foundation/migrations/0001_tenancy.py) as Django expressions."""

from django.db.models import Func, TextField


class SearchKey(Func):
    """No accent, no case, ligatures opened, punctuation to one space: what lists sort by and searches compare."""

    function = "app.search_key"
    output_field = TextField()


class NameKey(Func):
    """The search key of a person: birth name, usage name, first names, in that order."""

    function = "app.name_key"
    output_field = TextField()
