"""The group's page « Annuaire Santé »: how fresh the files are, where links stand, and the lists behind each figure."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.national_directory.authorities import DOOR_LABELS, WHAT_TO_DO
from identities.national_directory.campaign_queries import api_is_on, last_campaigns
from identities.national_directory.forms import LinkList, LinksForm, UnlinkedForm
from identities.national_directory.link_lists import (
    ANY_DIFFERENCE,
    LinkFigures,
    link_figures,
    links_listed,
    people_without_link,
)
from identities.national_directory.operations import record_links_export
from identities.national_directory.queries import freshness
from identities.national_directory.rules import RECHECK_RULES, Difference
from identities.national_directory.shown import (
    LINKS_HEADER,
    UNLINKED_HEADER,
    difference_advice,
    difference_title,
    export_links,
    export_unlinked,
    link_rows,
    unlinked_rows,
)
from identities.national_directory.states import LinkState
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
_ROUTES = ("home", "links", "unlinked", "decide", "match", "derive", "start_campaign")


def urls_of(request: TenantRequest) -> dict[str, str]:
    """The addresses of the group's pages of the directory."""
    return {name: address(request, name) for name in _ROUTES}


def address(request: TenantRequest, name: str, **values: Any) -> str:
    return reverse(f"directory:{name}", kwargs={"group_slug": request.access.group_slug, **values})


def may_link(request: TenantRequest, site: UUID | None = None) -> bool:
    """Whether this person may decide of links somewhere; `site`: there."""
    sites = request.access.establishments_for(Permission.DIRECTORY_LINK)
    return sites is None or (site in sites if site else bool(sites))


@requires(Permission.DIRECTORY_VIEW, limited=True)
@require_GET
def home(request: TenantRequest) -> HttpResponse:
    """Figures that each open their list; behind the wall of those who see some sites only."""
    figures, urls = link_figures(), urls_of(request)
    context = {
        "files": freshness(),
        "rows": _figure_rows(figures, urls),
        "differences": _difference_rows(figures, urls),
        "to_confirm": figures.by_state.get(LinkState.PROPOSED, 0),
        "to_confirm_url": f"{urls['links']}?liste={LinkList.TO_CONFIRM}",
        "urls": urls,
        "rules": RECHECK_RULES,
        "campaigns": [
            (one, address(request, "campaign", campaign_id=one.campaign.pk)) for one in last_campaigns(5)
        ],
        "with_api": api_is_on(),
        "may_link": may_link(request),
        "may_act_for_the_group": request.access.holds(Permission.DIRECTORY_LINK),
        "is_limited": request.access.establishments_for(Permission.DIRECTORY_VIEW) is not None,
    }
    return render(request, "national_directory/home.html", context)


def _figure_rows(figures: LinkFigures, urls: dict[str, str]) -> list[tuple[str, int, str, str]]:
    """Label, number, address of its list, and what it means."""
    links, unlinked = urls["links"], urls["unlinked"]
    return [
        ("Reliées", figures.by_state.get(LinkState.LINKED, 0), f"{links}?liste={LinkList.LINKED}",
         "Une fiche, un numéro RPPS, une décision gardée."),
        ("À confirmer", figures.by_state.get(LinkState.PROPOSED, 0), f"{links}?liste={LinkList.TO_CONFIRM}",
         "Un numéro est proposé, avec ses raisons."),
        ("Écartées", figures.by_state.get(LinkState.REFUSED, 0), f"{links}?liste={LinkList.REFUSED}",
         "Ce numéro n'est pas celui de cette personne : il n'est plus proposé."),
        ("Vérification à refaire", figures.due, f"{links}?liste={LinkList.LINKED}&echeance=due",
         f"Comparées pour la dernière fois il y a plus de {RECHECK_RULES[0].months} mois (EXI 27)."),
        ("Sans lien", figures.without_link, unlinked, "Présentes ou attendues, sans numéro RPPS relié."),
        *(
            (f"Sans lien, {label}", figures.by_door.get(door, 0), f"{unlinked}?porte={door}", WHAT_TO_DO[door])
            for door, label in DOOR_LABELS.items()
        ),
    ]  # fmt: skip


def _difference_rows(figures: LinkFigures, urls: dict[str, str]) -> list[tuple[str, int, str, str]]:
    base = f"{urls['links']}?liste={LinkList.LINKED}&difference="
    return [
        (
            difference_title(one),
            figures.by_difference.get(one, 0),
            f"{base}{one.value}",
            difference_advice(one),
        )
        for one in Difference
    ] + [("Fiches avec une différence au moins", figures.with_difference, f"{base}{ANY_DIFFERENCE}", "")]


@requires(Permission.DIRECTORY_VIEW, limited=True)
@require_GET
def links(request: TenantRequest) -> HttpResponse:
    """Links to confirm, linked or refused, with filters."""
    form = LinksForm(request.GET, sites=establishment_names())
    page = Paginator(links_listed(form.asked()), PAGE).get_page(request.GET.get("page"))
    context = _list_context(request, form, page) | {
        "rows": link_rows(page, request.access.group_slug),
        "list": form.chosen,
        "exports": _export_url(request, "export_links"),
        "may_decide": form.chosen == LinkList.TO_CONFIRM and may_link(request),
        "kept": list({"liste": str(form.chosen), **form.understood()}.items()),
    }
    return render(request, "national_directory/links.html", context)


@requires(Permission.DIRECTORY_VIEW, limited=True)
@require_GET
def unlinked(request: TenantRequest) -> HttpResponse:
    """People who work here without a link, and who registers each of them."""
    form = UnlinkedForm(request.GET, sites=establishment_names())
    page = Paginator(_unlinked_of(form), PAGE).get_page(request.GET.get("page"))
    context = _list_context(request, form, page) | {
        "rows": unlinked_rows(page, request.access.group_slug),
        "exports": _export_url(request, "export_unlinked"),
    }
    return render(request, "national_directory/unlinked.html", context)


def _unlinked_of(form: UnlinkedForm) -> Any:
    values = form.understood()
    return people_without_link(
        door=values.get("porte", ""), text=values.get("q", ""), establishment_id=form.site
    )


def _list_context(request: TenantRequest, form: Any, page: Any) -> dict[str, Any]:
    kept = urlencode({name: form.data[name] for name in ("q", "etablissement") if form.data.get(name)})
    urls = urls_of(request)
    tabs = [
        {
            "label": one.label,
            "url": f"{urls['links']}?liste={one.value}&{kept}",
            "current": getattr(form, "chosen", None) == one,
        }
        for one in LinkList
    ]
    tabs.append(
        {"label": "Sans lien", "url": f"{urls['unlinked']}?{kept}", "current": isinstance(form, UnlinkedForm)}
    )
    return {
        "page": page,
        "tabs": tabs,
        "filters": form,
        "urls": urls,
        "query": request.GET.urlencode(),
    }


def _export_url(request: TenantRequest, name: str) -> str:
    allowed = request.access.establishments_for(Permission.PEOPLE_EXPORT) != ()
    return address(request, name) if allowed else ""


@requires(Permission.PEOPLE_EXPORT, limited=True)
@require_GET
def links_export(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole, over the sites where this person may export."""
    form = LinksForm(request.GET, sites=establishment_names())
    rows = export_links(links_listed(form.asked()))
    return _download(
        request, f"liens-rpps-{form.chosen}", LINKS_HEADER, rows, [form.chosen.label, *form.said()]
    )


@requires(Permission.PEOPLE_EXPORT, limited=True)
@require_GET
def unlinked_export(request: TenantRequest) -> HttpResponse:
    """The same for people without a link."""
    form = UnlinkedForm(request.GET, sites=establishment_names())
    rows = export_unlinked(_unlinked_of(form))
    return _download(request, "sans-lien-rpps", UNLINKED_HEADER, rows, ["Sans lien", *form.said()])


def _download(request: TenantRequest, name: str, header: Any, rows: Any, said: list[str]) -> HttpResponse:
    """Written whole inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    response, count = spreadsheet(kind, f"{name}-{today():%Y-%m-%d}", header, rows)
    what = ", ".join([*filter(None, said), kind.upper()])
    record_links_export(actor=request.access, count=count, what=what)
    return response
