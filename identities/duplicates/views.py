"""The lists of doubles, two records side by side, and what is decided of a pair but a merge."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from identities.duplicates import operations
from identities.duplicates.comparison import Comparison, compare
from identities.duplicates.forms import STATES, HomonymForm, LaterForm, PairList, PairsForm
from identities.duplicates.models import Pair
from identities.duplicates.queries import (
    find_pair,
    merge_of,
    pair_figures,
    pairs_listed,
    search_of_group,
)
from identities.duplicates.shown import pair_rows
from identities.duplicates.states import PairState
from portal.foundation.addresses import address as to
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
SETTLE = Permission.DUPLICATES_SETTLE


def address(request: TenantRequest, name: str, **values: Any) -> str:
    return to(f"duplicates:{name}", group_slug=request.access.group_slug, **values)


def seen_pair(pair_id: UUID) -> Pair:
    """Refuses (404) a pair of elsewhere."""
    found = find_pair(pair_id)
    if found is None:
        raise Http404
    return found


def tabs_of(request: TenantRequest, current: str, kept: str = "") -> list[dict[str, Any]]:
    """The lists, with how many pairs each holds, and that of merges."""
    figures = pair_figures()
    base = address(request, "pairs")
    tabs = [
        {
            "label": f"{one.label} ({figures.get(STATES[one], 0)})",
            "url": f"{base}?liste={one.value}{kept}",
            "current": one.value == current,
        }
        for one in PairList
    ]
    merges = {
        "label": "Fiches réunies",
        "url": address(request, "merges"),
        "current": current == "merges",
    }
    return [*tabs, merges]


@requires(SETTLE)
@require_GET
def pairs(request: TenantRequest) -> HttpResponse:
    """One list of pairs, most alike first. While a search is waited for, htmx asks whether it is done."""
    search = search_of_group()
    is_waiting = search is not None and search.is_waiting
    by_htmx = request.headers.get("HX-Request") == "true"
    if by_htmx and is_waiting:
        return render(request, "duplicates/_searching.html", {"search": search, "pairs_url": request.path})
    form = PairsForm(request.GET, sites=establishment_names())
    page = Paginator(pairs_listed(form.asked()), PAGE).get_page(request.GET.get("page"))
    kept = urlencode(
        {name: form.data[name] for name in ("q", "etablissement", "score") if form.data.get(name)}
    )
    context = {
        "tabs": tabs_of(request, form.chosen, f"&{kept}" if kept else ""),
        "list": form.chosen,
        "filters": form,
        "is_filtered": bool(kept),
        "page": page,
        "rows": pair_rows(page, request.access.group_slug),
        "search": search,
        "is_waiting": is_waiting,
        "search_url": address(request, "search"),
        "pairs_url": request.path,
    }
    response = render(request, "duplicates/pairs.html", context)
    if by_htmx:
        response.headers["HX-Refresh"] = "true"
    return response


@requires(SETTLE)
@require_POST
def search(request: TenantRequest) -> HttpResponse:
    operations.ask_search(actor=request.access)
    return redirect(address(request, "pairs"))


@requires(SETTLE)
@require_GET
def pair(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    """Two records side by side, and the decisions."""
    return _page(request, seen_pair(pair_id))


@requires(SETTLE)
@require_POST
def later(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    found, form = seen_pair(pair_id), LaterForm(request.POST)
    if form.is_valid():
        try:
            operations.put_off_pair(actor=request.access, pair=found, until=form.cleaned_data["until"])
        except DomainError as error:
            return _refused(request, found, form, error, "later_form")
        messages.success(request, "Remise à plus tard : rien n'a changé sur les deux fiches.")
        return redirect(address(request, "pairs"))
    return _page(request, found, later_form=form)


@requires(SETTLE)
@require_POST
def homonyms(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    found, form = seen_pair(pair_id), HomonymForm(request.POST)
    if form.is_valid():
        try:
            operations.rule_homonyms(actor=request.access, pair=found, reason=form.cleaned_data["reason"])
        except DomainError as error:
            return _refused(request, found, form, error, "homonym_form")
        messages.success(request, "Deux personnes : ces deux fiches ne seront plus proposées ensemble.")
        return redirect(address(request, "pairs"))
    return _page(request, found, homonym_form=form)


@requires(SETTLE)
@require_POST
def reconsider(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    found = seen_pair(pair_id)
    try:
        operations.reconsider_homonyms(actor=request.access, pair=found)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        messages.success(request, "Ces deux fiches attendent de nouveau une décision.")
    return redirect(address(request, "pair", pair_id=pair_id))


def _refused(
    request: TenantRequest, found: Pair, form: forms.Form, error: DomainError, name: str
) -> HttpResponse:
    add_refusal(form, error)
    found.refresh_from_db()
    return _page(request, found, **{name: form})


def _page(request: TenantRequest, found: Pair, **typed: forms.Form) -> HttpResponse:
    comparison = compare(found, request.access.group_slug)
    names = ("pair", "merge", "later", "homonyms", "reconsider")
    urls = {name: address(request, name, pair_id=found.pk) for name in names}
    context = {
        "comparison": comparison,
        "pair": found,
        "urls": urls | {"pairs": address(request, "pairs"), "merges": address(request, "merges")},
        "end_urls": _end_urls(request, comparison),
        "undo_url": _undo_url(request, found),
        "later_form": typed.get("later_form", LaterForm()),
        "homonym_form": typed.get("homonym_form", HomonymForm()),
        "form": next(iter(typed.values()), None),
    }
    return render(request, "duplicates/pair.html", context)


def _undo_url(request: TenantRequest, found: Pair) -> str:
    """Where the merge of that pair is undone; empty when there is none."""
    if found.state != PairState.MERGED:
        return ""
    people = (found.person_id, found.other_id)
    merge = merge_of(*people) or merge_of(*reversed(people))
    return address(request, "undo", merge_id=merge.pk) if merge else ""


def _end_urls(request: TenantRequest, comparison: Comparison) -> dict[UUID, str]:
    """Identifier → where it is ended, of those that keep the two records from being one."""
    return {
        one: address(request, "end_number", pair_id=comparison.pair.pk, identifier_id=one)
        for column in comparison.columns
        for one in column.endable
    }
