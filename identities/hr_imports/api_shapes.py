"""What the API says of HR imports, and what it takes: the shapes that its description shows."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.models import Line, Run, Source
from identities.hr_imports.progress import progress_of
from identities.hr_imports.refusals import LONGEST_CELL, MOST_ROWS
from identities.hr_imports.rules import can_abandon, can_apply
from identities.hr_imports.states import AT_WORK, RunState
from portal.foundation.names import search_key
from tenants.api_keys.access import KeyAccess


def outside(route: str, **ids: Any) -> str:
    """The whole address of a route, as software and its people use it."""
    return settings.PUBLIC_URL + reverse(route, kwargs=ids)


def run_page(access: KeyAccess, run: Run) -> str:
    """Where a person goes on with that import."""
    return outside("hr_imports:run", group_slug=access.group_slug, run_id=run.pk)


class RowShape(serializers.Serializer):
    """One line: every column is a text, and may be left out or null."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            name: serializers.CharField(
                required=False, allow_null=True, allow_blank=True, max_length=LONGEST_CELL,
                help_text=f"{column.label}. {column.note}".strip(),
            )
            for name, column in COLUMNS.items()
        }  # fmt: skip


class RowsShape(serializers.Serializer):
    rows = serializers.ListField(child=RowShape(), min_length=1, max_length=MOST_ROWS)


class FileShape(serializers.Serializer):
    file = serializers.FileField(help_text="CSV, XLSX, ODS ou JSON.")


class SourceShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    is_complete = serializers.BooleanField(
        help_text="Vrai : une personne que l'envoi ne nomme plus est proposée au départ."
    )
    open_run = serializers.UUIDField(
        allow_null=True, help_text="L'import ouvert : un autre envoi serait refusé."
    )


class SourcesShape(serializers.Serializer):
    sources = SourceShape(many=True)


class GuardShape(serializers.Serializer):
    kind = serializers.CharField()
    sentence = serializers.CharField()


class ProgressShape(serializers.Serializer):
    percent = serializers.IntegerField(min_value=0, max_value=100)
    words = serializers.CharField()


class FiguresShape(serializers.Serializer):
    created = serializers.IntegerField(help_text="Nouvelles personnes.")
    joined = serializers.IntegerField(help_text="Nouvelles affectations de personnes connues.")
    changed = serializers.IntegerField(help_text="Modifications.")
    moved = serializers.IntegerField(help_text="Changements de site ou de fonction.")
    ended = serializers.IntegerField(help_text="Départs.")
    double = serializers.IntegerField(
        help_text="Doubles probables, laissés de côté tant que personne n'a décidé."
    )
    refused = serializers.IntegerField(help_text="Lignes refusées, laissées de côté.")
    unchanged = serializers.IntegerField(help_text="Sans changement.")


class RunShape(serializers.Serializer):
    id = serializers.UUIDField()
    source_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RunState.choices)
    state_label = serializers.CharField()
    file_name = serializers.CharField()
    as_of = serializers.DateField()
    rows = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    progress = ProgressShape(allow_null=True, help_text="Tant qu'un traitement est en cours.")
    figures = FiguresShape(allow_null=True, help_text="Connus une fois le contrôle fait.")
    guards = GuardShape(
        many=True, help_text="Ce qui arrête l'import : une personne doit l'appliquer sur sa page."
    )
    failure = serializers.CharField(allow_blank=True, help_text="Pourquoi le contrôle n'a pas abouti.")
    may_apply = serializers.BooleanField(help_text="Cette clé peut l'appliquer maintenant.")
    may_abandon = serializers.BooleanField(help_text="Cette clé peut l'abandonner maintenant.")
    page = serializers.URLField(help_text="La page de cet import, pour une personne.")
    url = serializers.URLField()
    refused_url = serializers.URLField()


class ProblemOfCellShape(serializers.Serializer):
    column = serializers.CharField(allow_blank=True, help_text="La clé de la colonne, si le motif en a une.")
    title = serializers.CharField(help_text="Le titre de la colonne.")
    message = serializers.CharField()


class RefusedLineShape(serializers.Serializer):
    line = serializers.IntegerField(help_text="Rang dans « rows », ou ligne du fichier.")
    problems = ProblemOfCellShape(many=True)
    cells = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Par titre de colonne."
    )


class RefusedLinesShape(serializers.Serializer):
    lines = RefusedLineShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="La suite, s'il y en a une.")


def shown_source(source: Source, run: Run | None) -> dict[str, Any]:
    return {
        "id": source.pk, "name": source.name, "kind": source.kind, "is_complete": source.is_complete,
        "open_run": run.pk if run else None,
    }  # fmt: skip


def shown_run(access: KeyAccess, run: Run) -> dict[str, Any]:
    """What software is told of an import: figures, never who is in it."""
    is_own, at_work = run.pushed_by == access.key_id, run.state in AT_WORK
    progress = progress_of(run.pk) if at_work else None
    told = {name: getattr(run, name) for name in ("state", "file_name", "as_of", "guards", "failure")}
    moments = {name: getattr(run, name) for name in ("created_at", "checked_at", "applied_at")}
    return {
        **told,
        **moments,
        "id": run.pk,
        "source_id": run.source_id,
        "state_label": run.get_state_display(),
        "rows": run.row_count,
        "progress": {"percent": progress.percent, "words": progress.words} if progress else None,
        "figures": {name: run.counts.get(name, 0) for name in FiguresShape().fields}
        if run.checked_at
        else None,
        "may_apply": is_own and can_apply(run) and not run.guards,
        "may_abandon": is_own and can_abandon(run),
        "page": run_page(access, run),
        "url": outside("api_hr:run", run_id=run.pk),
        "refused_url": outside("api_hr:refused", run_id=run.pk),
    }


def shown_refused(run: Run, line: Line) -> dict[str, Any]:
    """The line as it was sent, and why; columns by the keys that software knows."""
    problems = [
        {
            "column": run.mapping.get(search_key(one["column"]), ""),
            "title": one["column"],
            "message": one["message"],
        }
        for one in line.problems
    ]
    cells = dict(zip(run.headers, line.cells or [], strict=False))
    return {"line": line.number, "problems": problems, "cells": cells}
