"""The list of self-registrations, of the group or of a site; its export; inviting people of a site."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.people.views import place_of
from identities.self_registrations.forms import ChannelForm, PathsForm
from identities.self_registrations.models import Channel
from identities.self_registrations.operations import invite, record_export
from identities.self_registrations.queries import (
    counts_by_state,
    gauge,
    gauge_by_site,
    paths_shown,
    people_to_invite,
    to_invite_by_site,
)
from identities.self_registrations.shown import HEADER, export_rows, path_rows
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


def _form(request: TenantRequest, establishment_id: UUID | None) -> PathsForm:
    return PathsForm(request.GET, sites=None if establishment_id else establishment_names())


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def paths(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """To be confirmed first, by days left; the gauge of the call for projects above."""
    form, place = _form(request, establishment_id), place_of(request, establishment_id)
    asked = form.asked(establishment_id)
    page = Paginator(paths_shown(asked), PAGE).get_page(request.GET.get("page"))
    first = date(today().year, 1, 1)
    context = {
        "page": page,
        "rows": list(path_rows(page, place)),
        "filters": form,
        "counts": counts_by_state(asked),
        "gauge": gauge(first, today(), asked.establishment_id),
        "gauge_from": first,
        "site_gauges": [] if establishment_id else _site_gauges(first),
        "invite_url": _invite_url(request, establishment_id),
        "exports": address("self_registrations:export", **place),
        "query": request.GET.urlencode(),
        "shows_site": establishment_id is None,
    }
    return render(request, "self_registrations/list.html", context)


def _site_gauges(first: date) -> list[tuple[str, Any]]:
    """Sites with somebody to register, by name."""
    found = gauge_by_site(first, today())
    return [(name, found[key]) for key, name in establishment_names(found).items()] if found else []


def _invite_url(request: TenantRequest, establishment_id: UUID | None) -> str:
    """A site invites its people; from the group, one chooses the site first."""
    if request.access.establishments_for(Permission.REGISTRATION_INVITE) == ():
        return ""
    if establishment_id is None:
        return address("self_registrations:choose_site", group_slug=request.access.group_slug)
    return address("self_registrations:invite", **place_of(request, establishment_id))


@requires(Permission.REGISTRATION_INVITE, limited=True)
@require_GET
def choose_site(request: TenantRequest) -> HttpResponse:
    """Sites with somebody to invite, and how many."""
    counts, slug = to_invite_by_site(), request.access.group_slug
    names = establishment_names(counts) if counts else {}
    context = {
        "sites": [
            (name, address("self_registrations:invite", group_slug=slug, establishment_id=key), counts[key])
            for key, name in names.items()
        ],
        "list_url": address("self_registrations:list", group_slug=slug),
    }
    return render(request, "self_registrations/choose_site.html", context)


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def export(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """The list of the screen, whole."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    form = _form(request, establishment_id)
    rows = export_rows(paths_shown(form.asked(establishment_id)))
    response, count = spreadsheet(kind, f"auto-enregistrements-{today():%Y-%m-%d}", HEADER, rows)
    what = f"{form.in_french()}, {kind.upper()}"
    record_export(actor=request.access, establishment_id=establishment_id, count=count, what=what)
    return response


@requires(Permission.REGISTRATION_INVITE)
def invitation(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """People of the site still to be registered, ticked; by SMS, each link is then made on the person's own page."""
    found = people_to_invite(establishment_id)
    chosen = {str(one) for one in request.POST.getlist("person_id")} or set(request.GET.getlist("personne"))
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        people = [one.pk for one in found if str(one.pk) in chosen]
        if people:
            return _invited(request, establishment_id, people, form.cleaned_data["channel"])
        form.add_error(None, "Cochez au moins une personne à inviter.")
    context = {
        "form": form,
        "people": found,
        "chosen": chosen,
        "list_url": address("self_registrations:list", **place_of(request, establishment_id)),
    }
    return render(request, "self_registrations/invite.html", context)


def _invited(
    request: TenantRequest, establishment_id: UUID, people: list[UUID], channel: str
) -> HttpResponse:
    """Straight to the person's page when there is one and a link to send by SMS."""
    done = invite(actor=request.access, person_ids=people, channel=channel, establishment_id=establishment_id)
    for reason in done.refused:
        messages.warning(request, reason)
    place = place_of(request, establishment_id)
    if len(done.paths) == 1 and channel == Channel.SMS:
        return redirect(address("self_registrations:path", **place, self_registration_id=done.paths[0].pk))
    if len(done.paths) == 1:
        messages.success(request, "Une personne est invitée : son courriel part.")
    elif done.paths:
        how = "leurs courriels partent." if channel == Channel.EMAIL else "préparez chaque SMS sur leur page."
        messages.success(request, f"{len(done.paths)} personnes sont invitées : {how}")
    return redirect(address("self_registrations:list", **place))
