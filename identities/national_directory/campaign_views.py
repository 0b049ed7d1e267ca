"""Checking the links of the group again: what it would do, its progress, and what the API left without an answer."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.national_directory.campaign_operations import start_recheck_campaign, stop_recheck_campaign
from identities.national_directory.campaign_queries import (
    CampaignProgress,
    api_is_on,
    campaign_progress,
    failed_lookups,
)
from identities.national_directory.forms import ReasonForm, ScopeForm
from identities.national_directory.models import DirectoryLink
from identities.national_directory.queries import freshness, links_due
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import LinkState
from identities.national_directory.views import address, urls_of
from portal.foundation.addresses import address as fast_address
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


@requires(Permission.DIRECTORY_LINK)
def start(request: TenantRequest) -> HttpResponse:
    """How many links would be checked, and how; confirmed, a worker does it."""
    form = ScopeForm(
        request.POST if request.method == "POST" else None,
        due=links_due(recheck_rule()).count(),
        every=DirectoryLink.objects.filter(state=LinkState.LINKED).count(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            campaign = start_recheck_campaign(actor=request.access, scope=form.cleaned_data["scope"])
        except DomainError as error:
            form.add_error(None, error.french)
        else:
            return redirect(address(request, "campaign", campaign_id=campaign.pk))
    context = {
        "form": form,
        "rule": recheck_rule(),
        "file": freshness()[0],
        "with_api": api_is_on(),
        "urls": urls_of(request),
    }
    return render(request, "national_directory/start_campaign.html", context)


@requires(Permission.DIRECTORY_VIEW)
@require_GET
def campaign(request: TenantRequest, campaign_id: UUID) -> HttpResponse:
    """Where it stands. While it is at work, htmx asks for the progress alone."""
    progress = _seen(campaign_id)
    by_htmx = request.headers.get("HX-Request") == "true"
    context = {
        "progress": progress,
        "campaign": progress.campaign,
        "url": address(request, "campaign", campaign_id=campaign_id),
        "urls": urls_of(request),
    }
    if by_htmx and progress.is_open:
        return render(request, "national_directory/_campaign_progress.html", context)
    slug = request.access.group_slug
    context |= {
        "stop_url": address(request, "stop_campaign", campaign_id=campaign_id),
        "may_stop": progress.is_open and request.access.holds(Permission.DIRECTORY_LINK),
        "failed": [
            (one, fast_address("shell:person", group_slug=slug, person_id=one.link.person_id))
            for one in failed_lookups(campaign_id)
        ],
    }
    response = render(request, "national_directory/campaign.html", context)
    if by_htmx:
        response.headers["HX-Refresh"] = "true"
    return response


@requires(Permission.DIRECTORY_LINK)
def stop(request: TenantRequest, campaign_id: UUID) -> HttpResponse:
    """Ends an open campaign where it is, with a reason."""
    progress = _seen(campaign_id)
    url = address(request, "campaign", campaign_id=campaign_id)
    if not progress.is_open:
        return redirect(url)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].help_text = "Par exemple « des fichiers plus récents arrivent ce soir »."
    if request.method == "POST" and form.is_valid():
        try:
            stop_recheck_campaign(
                actor=request.access, campaign_id=campaign_id, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "La vérification est arrêtée. Ce qui a été vérifié est gardé.")
            return redirect(url)
    context = {
        "title": "Arrêter la vérification",
        "consequences": [
            f"{progress.checked} fiches vérifiées sur {progress.campaign.due} : ces vérifications sont gardées.",
            "Les autres restent à vérifier comme avant.",
        ],
        "confirm_label": "Arrêter la vérification",
        "cancel_url": url,
        "form": form,
    }
    return render(request, "components/confirm.html", context)


def _seen(campaign_id: UUID) -> CampaignProgress:
    found = campaign_progress(campaign_id)
    if found is None:
        raise Http404
    return found
