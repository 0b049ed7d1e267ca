"""Shape of what is typed about HR imports."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from identities.assignments.queries import functions_offered
from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.models import GuardSettings, Run, Source, SourceKind
from portal.foundation.clock import today
from portal.foundation.forms import FrenchDateField
from portal.foundation.names import search_key
from tenants.groups.queries import establishment_names, legal_entity_names

_UNREAD = "-"
_DATED = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


class SourceForm(forms.Form):
    """A source of HR files."""

    name = forms.CharField(
        label="Nom", max_length=100, help_text="Par exemple : Paie Association Les Tilleuls."
    )
    kind = forms.ChoiceField(label="Nature", choices=SourceKind.choices)
    legal_entity = forms.ChoiceField(label="Entité juridique", required=False)
    issuer = forms.CharField(
        label="Émetteur des matricules",
        max_length=60,
        required=False,
        help_text="Un nom court. Deux sources qui donnent les mêmes matricules portent le même ; sinon, chacune le sien.",
    )
    is_complete = forms.BooleanField(
        label="Chaque fichier contient tout le personnel",
        required=False,
        initial=True,
        help_text="Coché : une personne que le fichier ne nomme plus est proposée au départ. Décochez pour une agence.",
    )

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        self.source = source or Source()
        if source is not None:
            kwargs["initial"] = {
                name: getattr(source, name) for name in ("name", "kind", "issuer", "is_complete")
            } | {"legal_entity": str(source.legal_entity_id or "")}
        super().__init__(*args, **kwargs)
        entities = [("", "Aucune"), *((str(key), name) for key, name in legal_entity_names().items())]
        self.fields["legal_entity"].choices = entities  # type: ignore[attr-defined]

    def filled(self) -> Source:
        """The source with what was typed, not saved."""
        values = dict(self.cleaned_data)
        self.source.legal_entity_id = values.pop("legal_entity") or None
        for name, value in values.items():
            setattr(self.source, name, value)
        return self.source


class DepositForm(forms.Form):
    """A file, and the day whose situation it tells. `whole` comes after the file: absent, the upload was cut."""

    file = forms.FileField(
        label="Fichier",
        help_text="CSV, XLSX ou ODS, 50 Mo au plus.",
        error_messages={
            "required": "Choisissez le fichier à déposer.",
            "empty": "Le fichier est vide. Vérifiez l'export de la paie, puis déposez-le de nouveau.",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods", "class": "form-control"}),
    )
    as_of = FrenchDateField(
        label="Situation au",
        required=False,
        past=True,
        help_text="JJ/MM/AAAA. Vide : la date que porte le nom du fichier, sinon aujourd'hui.",
    )
    whole = forms.CharField(widget=forms.HiddenInput, required=False, initial="1")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("whole"):
            raise ValidationError(
                "L'envoi a été coupé avant la fin : déposez le fichier de nouveau.", code="cut"
            )
        if not values.get("as_of") and "as_of" not in self.errors and values.get("file"):
            values["as_of"] = _date_of(values["file"].name)
        return values


def _date_of(file_name: str) -> date:
    found = _DATED.search(file_name)
    try:
        named = date(*map(int, found.groups())) if found else today()
    except ValueError:
        return today()
    return min(named, today())


class ColumnsForm(forms.Form):
    """One choice per title of the file."""

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(_UNREAD, "Ne pas lire"), *((one.name, one.label) for one in COLUMNS.values())]
        self.names: dict[str, str] = {}
        for rank, header in enumerate(run.headers):
            name, key = f"column_{rank}", search_key(header)
            self.names[name] = key
            examples = [row[rank] for row in run.sample if rank < len(row) and row[rank].strip()]
            shown = (
                f"Par exemple : {', '.join(one[:40] for one in examples[:2])}"
                if examples
                else "Colonne vide."
            )
            self.fields[name] = forms.ChoiceField(
                label=header,
                choices=choices,
                help_text=shown,
                initial=run.mapping.get(key) or _UNREAD,
            )

    @property
    def mapping(self) -> dict[str, str]:
        chosen = {key: self.cleaned_data[name] for name, key in self.names.items()}
        return {key: "" if column == _UNREAD else column for key, column in chosen.items()}


class UnknownForm(forms.Form):
    """What the file says that nobody knows yet: a site or a function for each, or nothing for now."""

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, tuple[str, str]] = {}
        sites = [("", "Plus tard"), *((str(key), name) for key, name in establishment_names().items())]
        functions = [("", "Plus tard"), *((one.code, one.label) for one in functions_offered())]
        for kind, words, choices in (("site", "Établissement", sites), ("function", "Fonction", functions)):
            for rank, (text, count) in enumerate(sorted(run.unknown.get(kind, {}).items())[:100]):
                name = f"{kind}_{rank}"
                self.asked[name] = (kind, text)
                self.fields[name] = forms.ChoiceField(
                    label=f"{words} « {text} »",
                    choices=choices,
                    required=False,
                    help_text=f"{count} ligne{'s' * (count > 1)} du fichier.",
                )

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """(« site » or « function », what the file says, what was chosen), of those that were chosen."""
        return [
            (*asked, self.cleaned_data[name]) for name, asked in self.asked.items() if self.cleaned_data[name]
        ]


class ReasonForm(forms.Form):
    """Why a guarded import is right all the same."""

    reason = forms.CharField(
        label="Motif",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Écrivez pourquoi cet import est juste malgré le garde-fou."},
        help_text="Gardé avec l'import et lu dans le journal. Ne nommez aucun résident ni usager ici.",
    )

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(run.guards)


class GuardsForm(forms.Form):
    """The limits beyond which an import stops and asks."""

    departures_percent = forms.IntegerField(
        label="Départs sur un site, en pourcentage", min_value=1, max_value=100
    )
    departures_count = forms.IntegerField(label="Départs sur un site, en nombre", min_value=1, max_value=1000)
    shrink_percent = forms.IntegerField(
        label="Baisse du nombre de lignes d'une source, en pourcentage", min_value=1, max_value=100
    )

    @classmethod
    def of(cls, settings: GuardSettings, posted: Any = None) -> "GuardsForm":
        """Filled with the limits in force."""
        return cls(posted, initial={name: getattr(settings, name) for name in cls.base_fields})
