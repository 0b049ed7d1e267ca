"""Sources of HR files, deposits, and the settings of imports."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from identities.hr_imports.files import too_heavy
from identities.hr_imports.forms import DepositForm, GuardsForm, SourceForm
from identities.hr_imports.job_titles import offered_titles
from identities.hr_imports.models import Source
from identities.hr_imports.operations import deposit_file, forget_function, save_source, set_guards
from identities.hr_imports.queries import (
    decided_titles,
    find_source,
    find_title,
    guard_settings,
    latest_runs,
    sources_of_group,
)
from identities.hr_imports.refusals import MOST_BYTES
from identities.hr_imports.shown import STATUS
from identities.hr_imports.states import RunState
from identities.hr_imports.template import template_file
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

IMPORT = Permission.HR_IMPORT
PAGE = 20
_AROUND = 64 * 1024  # of a form around its file


def address(request: TenantRequest, route: str, **ids: Any) -> str:
    return reverse(f"hr_imports:{route}", kwargs={"group_slug": request.access.group_slug, **ids})


def go(request: TenantRequest, route: str, **ids: Any) -> HttpResponseRedirect:
    return redirect(address(request, route, **ids))


def seen_source(source_id: UUID) -> Source:
    """Refuses (404) a source of elsewhere."""
    found = find_source(source_id)
    if found is None:
        raise Http404
    return found


@requires(IMPORT)
@require_GET
def sources(request: TenantRequest) -> HttpResponse:
    """The sources, their open import, and every import there was."""
    rows = [
        {
            "source": source,
            "run": run,
            "status": STATUS[RunState(run.state)] if run else "",
            "edit_url": address(request, "source", source_id=source.pk),
            "deposit_url": address(request, "deposit", source_id=source.pk),
            "run_url": address(request, "run", run_id=run.pk) if run else "",
        }
        for source, run in sources_of_group()
    ]
    page = Paginator(latest_runs(), PAGE).get_page(request.GET.get("page"))
    runs = [(one, STATUS[RunState(one.state)], address(request, "run", run_id=one.pk)) for one in page]
    names = ("new_source", "template_csv", "template_xlsx", "titles")
    urls = {name: address(request, name) for name in names}
    may_set = request.access.holds(Permission.GROUP_SETTINGS)
    urls["guards"] = address(request, "guards") if may_set else ""
    return render(
        request, "hr_imports/sources.html", {"sources": rows, "page": page, "runs": runs, "urls": urls}
    )


@requires(IMPORT)
def new_source(request: TenantRequest) -> HttpResponse:
    return _edited(request, None)


@requires(IMPORT)
def source(request: TenantRequest, source_id: UUID) -> HttpResponse:
    return _edited(request, seen_source(source_id))


def _edited(request: TenantRequest, found: Source | None) -> HttpResponse:
    form = SourceForm(request.POST or None, source=found)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_source(actor=request.access, source=form.filled())
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"Source « {saved.name} » enregistrée.")
            return go(request, "sources")
    context = {"form": form, "source": found, "sources_url": address(request, "sources")}
    return render(request, "hr_imports/source.html", context)


@requires(IMPORT)
@csrf_exempt  # the length is read before the body is; the token is checked just after
def deposit(request: TenantRequest, source_id: UUID) -> HttpResponse:
    """Takes a file in. One that is too heavy is refused before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + _AROUND:
        error = too_heavy(int(request.META["CONTENT_LENGTH"]))
        return _deposit_page(request, seen_source(source_id), DepositForm(), error.french, status=413)
    return _deposit(request, source_id)


@csrf_protect
def _deposit(request: TenantRequest, source_id: UUID) -> HttpResponse:
    found = seen_source(source_id)
    form = DepositForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _deposit_page(request, found, form)
    form = DepositForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = deposit_file(
                actor=request.access, source=found, file_name=file.name, content=file.read(),
                as_of=form.cleaned_data["as_of"],
            )  # fmt: skip
        except DomainError as error:
            add_refusal(form, error)
        else:
            return go(request, "columns", run_id=run.pk)
    return _deposit_page(request, found, form)


def _deposit_page(
    request: TenantRequest, found: Source, form: DepositForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    urls = {name: address(request, name) for name in ("sources", "template_csv", "template_xlsx")}
    context = {"form": form, "source": found, "refusal": refusal, "urls": urls}
    return render(request, "hr_imports/deposit.html", context, status=status)


@requires(IMPORT)
@require_GET
def template_csv(request: TenantRequest) -> HttpResponse:
    return template_file("csv")


@requires(IMPORT)
@require_GET
def template_xlsx(request: TenantRequest) -> HttpResponse:
    return template_file("xlsx")


@requires(Permission.GROUP_SETTINGS)
def guards(request: TenantRequest) -> HttpResponse:
    """The limits beyond which an import stops and asks."""
    form = GuardsForm.of(guard_settings(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_guards(actor=request.access, values=form.cleaned_data)
        messages.success(request, "Garde-fous enregistrés.")
        return go(request, "sources")
    return render(
        request, "hr_imports/guards.html", {"form": form, "sources_url": address(request, "sources")}
    )


@requires(IMPORT)
@require_GET
def titles(request: TenantRequest) -> HttpResponse:
    """The job titles that this group decided, and those that the portal proposes."""
    context = {
        "titles": [(one, address(request, "forget_title", title_id=one.pk)) for one in decided_titles()],
        "offered": offered_titles(),
        "sources_url": address(request, "sources"),
    }
    return render(request, "hr_imports/titles.html", context)


@requires(IMPORT)
@require_POST
def forget_title(request: TenantRequest, title_id: UUID) -> HttpResponse:
    found = find_title(title_id)
    if found is None:
        raise Http404
    forget_function(actor=request.access, title=found)
    messages.success(
        request, f"« {found.label} » est retiré : l'intitulé sera redemandé s'il n'est pas reconnu."
    )
    return go(request, "titles")
