"""The one file to fill in, for whoever has no export: the columns, and one fictitious person."""

from django.http import HttpResponse

from identities.hr_imports.columns import COLUMNS
from portal.foundation.tabular import spreadsheet

_EXAMPLE = {
    "matricule": "0421", "rpps": "", "birth_name": "EXEMPLE", "usage_name": "", "first_names": "Camille, Andrée",
    "sex": "F", "birth_date": "14/05/1990", "birth_place": "Bourg-en-Bresse (01053)", "phone": "06 12 34 56 78",
    "email": "camille.exemple@tilleuls.example", "site": "010008407", "function": "Aide-soignant", "contract": "CDD",
    "starts_on": "01/09/2026", "ends_on": "31/12/2026", "agency": "",
}  # fmt: skip


def template_file(kind: str) -> HttpResponse:
    """« csv » or « xlsx », with every column in order; empty ones may be left out of a real file."""
    header = [one.label for one in COLUMNS.values()]
    response, _ = spreadsheet(kind, "modele-import-rh", header, [[_EXAMPLE[name] for name in COLUMNS]])
    return response
