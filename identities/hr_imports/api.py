"""HR imports for software: the same sources, runs, checks and guards as on screen, as JSON.

A key reaches the sources that its limits leave, and goes on only with what it sent itself.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from identities.hr_imports import api_shapes as shapes
from identities.hr_imports.api_deposits import KEY_PATTERN, Asked, read_asked
from identities.hr_imports.models import Run, Source
from identities.hr_imports.operations import OpenRunError, Push, abandon_run, apply_run, push_file
from identities.hr_imports.queries import (
    find_run,
    find_source,
    open_run,
    refused_after,
    refused_rows,
    request_sent,
    sources_of_group,
)
from identities.hr_imports.refusals import FileRefused
from identities.hr_imports.rules import check_is_own_push
from identities.hr_imports.states import RunState
from portal.foundation.errors import DomainError
from portal.foundation.problems import Refusal
from portal.foundation.tabular import spreadsheet
from tenants.api_keys.access import KeyAccess
from tenants.api_keys.doors import KeyRequest

PAGE = 500
_LINE = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_GUARDED = "Un garde-fou arrête cet import : {why} Une personne qui en a le droit l'applique sur sa page, avec un motif."
_FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "application/vnd.oasis.opendocument.spreadsheet", "application/octet-stream")  # fmt: skip
_BODIES: Any = {
    "application/json": shapes.RowsShape,
    "multipart/form-data": shapes.FileShape,
    **dict.fromkeys(_FILES, OpenApiTypes.BINARY),
}
_DEPOSIT = [
    OpenApiParameter("Idempotency-Key", {"type": "string", "pattern": KEY_PATTERN}, OpenApiParameter.HEADER, required=True,
                     description="Un mot à vous, unique par envoi : le même envoi répété donne le même import."),
    OpenApiParameter("as_of", OpenApiTypes.DATE, description="Le jour dont l'envoi dit la situation ; aujourd'hui sinon."),
    OpenApiParameter("apply", str, enum=["when_unguarded"],
                     description="Appliquer dès le contrôle fait, si aucun garde-fou n'arrête l'import."),
    OpenApiParameter("file_name", str, description="Le nom que les pages montreront."),
]  # fmt: skip


def seen_source(access: KeyAccess, source_id: UUID) -> Source:
    """Refuses (404) a source of elsewhere, or beyond the limits of the key."""
    found = find_source(source_id) if access.reaches(source_id) else None
    if found is None:
        raise Http404
    return found


def seen_run(access: KeyAccess, run_id: UUID) -> Run:
    """Refuses (404) an import of elsewhere, or of a source beyond the limits of the key."""
    found = find_run(run_id)
    if found is None or not access.reaches(found.source_id):
        raise Http404
    return found


class Sources(APIView):
    """Les sources RH que cette clé atteint."""

    @extend_schema(operation_id="list_sources", responses=shapes.SourcesShape)
    def get(self, request: KeyRequest) -> Response:
        rows = [(one, run) for one, run in sources_of_group() if request.access.reaches(one.pk)]
        return Response({"sources": [shapes.shown_source(one, run) for one, run in rows]})


class Deposits(APIView):
    """Envoie un fichier, ou les mêmes lignes en JSON : l'import est gardé, et contrôlé aussitôt."""

    refused = {
        "post": {
            409: "Un import de cette source est ouvert : « run » et « page » disent lequel.",
            411: "La longueur du corps n'est pas dite.",
            413: "L'envoi est trop lourd.",
            415: "Ce type de contenu ne se lit pas.",
            422: "Le fichier ne se lit pas, une colonne manque, ou la clé d'idempotence a servi à un autre envoi.",
        }
    }

    @extend_schema(
        operation_id="push_rows",
        parameters=_DEPOSIT,
        request=_BODIES,
        responses={201: shapes.RunShape, 200: shapes.RunShape},
    )
    def post(self, request: KeyRequest, source_id: UUID) -> Response:
        access = request.access
        source = seen_source(access, source_id)
        asked = read_asked(request._request)
        found = request_sent(source, asked.idempotency_key)
        run, status = (found, 200) if found else _pushed(access, source, asked)
        if run.request_hash != asked.request_hash:
            french = "Cette clé d'idempotence a déjà servi à un autre envoi : donnez-en une nouvelle à chaque envoi."
            raise Refusal(422, "idempotency_key_used", french, run=str(run.pk))
        shown = shapes.shown_run(access, run)
        return Response(shapes.RunShape(shown).data, status=status, headers={"Location": shown["url"]})


def _pushed(access: KeyAccess, source: Source, asked: Asked) -> tuple[Run, int]:
    """The new import; or, when the same request came first by another way, the one that it began."""
    push = Push(access.key_id, asked.idempotency_key, asked.request_hash)
    try:
        with transaction.atomic():
            run = push_file(
                actor=access, source=source, file_name=asked.file_name, content=asked.content, as_of=asked.as_of,
                push=push, then_apply=asked.then_apply,
            )  # fmt: skip
    except OpenRunError as error:
        same = request_sent(source, asked.idempotency_key)
        if same:
            return same, 200
        raise _already_open(access, source, error) from error
    except FileRefused as error:
        raise Refusal(422, "unreadable_file", error.french) from error
    except DomainError as error:
        raise Refusal(422, "columns_missing", error.french) from error
    return run, 201


def _already_open(access: KeyAccess, source: Source, error: OpenRunError) -> Refusal:
    run = open_run(source)
    which = {"run": str(run.pk), "page": shapes.run_page(access, run)} if run else {}
    return Refusal(409, "open_run", error.french, **which)


class OneRun(APIView):
    """Où en est un import : son état, ses chiffres, ses garde-fous."""

    @extend_schema(operation_id="read_run", responses=shapes.RunShape)
    def get(self, request: KeyRequest, run_id: UUID) -> Response:
        run = seen_run(request.access, run_id)
        return Response(shapes.RunShape(shapes.shown_run(request.access, run)).data)


class _Act(APIView):
    """One act on an import that this key sent; asked twice, it is done once."""

    done: tuple[str, ...] = ()
    refused = {"post": {409: "L'import n'en est pas là, n'est pas de cette clé, ou un garde-fou l'arrête."}}

    def act(self, access: KeyAccess, run: Run) -> None:
        raise NotImplementedError

    def acted(self, access: KeyAccess, run_id: UUID) -> Response:
        run = seen_run(access, run_id)
        try:
            check_is_own_push(run, access.key_id)
            if run.state not in self.done:
                self.act(access, run)
        except Refusal:
            raise
        except DomainError as error:
            raise Refusal(
                409, "not_now", error.french, state=run.state, page=shapes.run_page(access, run)
            ) from error
        return Response(shapes.RunShape(shapes.shown_run(access, run)).data)


class Apply(_Act):
    """Applique un import contrôlé. Un garde-fou l'arrête : une personne s'en charge."""

    done = (RunState.APPLYING, RunState.APPLIED)

    def act(self, access: KeyAccess, run: Run) -> None:
        if run.state == RunState.CHECKED and run.guards:
            why = " ".join(one["sentence"] for one in run.guards)
            page = shapes.run_page(access, run)
            raise Refusal(409, "guarded", _GUARDED.format(why=why), guards=run.guards, page=page)
        apply_run(actor=access, run=run, reason="", may_force=False)

    @extend_schema(operation_id="apply_run", request=None, responses=shapes.RunShape)
    def post(self, request: KeyRequest, run_id: UUID) -> Response:
        return self.acted(request.access, run_id)


class Abandon(_Act):
    """Ferme un import dont rien n'est appliqué : un autre envoi de la source devient possible."""

    done = (RunState.ABANDONED,)

    def act(self, access: KeyAccess, run: Run) -> None:
        abandon_run(actor=access, run=run)

    @extend_schema(operation_id="abandon_run", request=None, responses=shapes.RunShape)
    def post(self, request: KeyRequest, run_id: UUID) -> Response:
        return self.acted(request.access, run_id)


class Refused(APIView):
    """Les lignes refusées, avec leurs motifs, 500 à la fois."""

    @extend_schema(
        operation_id="list_refused_lines",
        parameters=[OpenApiParameter("after", _LINE, description="Les lignes après celle-ci.")],
        responses=shapes.RefusedLinesShape,
    )
    def get(self, request: KeyRequest, run_id: UUID) -> Response:
        run = seen_run(request.access, run_id)
        asked = request.query_params.get("after", "0")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
            raise Refusal(
                400, "bad_parameter", "« after » est un numéro de ligne : un nombre entier, 0 ou plus."
            )
        lines = refused_after(run, int(asked), PAGE + 1)
        following = None
        if len(lines) > PAGE:
            following = f"{shapes.outside('api_hr:refused', run_id=run_id)}?after={lines[PAGE - 1].number}"
        return Response(
            {"lines": [shapes.shown_refused(run, one) for one in lines[:PAGE]], "next": following}
        )


class RefusedFile(APIView):
    """Les mêmes lignes en CSV : les colonnes de l'envoi, et le motif."""

    @extend_schema(operation_id="download_refused_lines", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: KeyRequest, run_id: UUID) -> HttpResponse:
        header, rows = refused_rows(seen_run(request.access, run_id))
        response, _ = spreadsheet("csv", "lignes-refusees", header, rows)
        return response
