"""The reviews of the group: what is going on, starting, closing, and the proof."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.reviews.forms import ScheduleForm, StartForm
from identities.reviews.models import DAYS_TO_ANSWER, Campaign
from identities.reviews.operations import (
    close_campaign,
    record_review_export,
    set_schedule,
    start_campaign,
)
from identities.reviews.queries import (
    SiteProgress,
    campaigns_of_group,
    lines_of_campaign,
    open_campaign,
    schedule_of_group,
    sites_of,
)
from identities.reviews.rules import WHY, is_late
from identities.reviews.shown import HEADER, SiteRow, proof_rows, site_status
from identities.reviews.states import CampaignState, ReviewState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

OVERDUE = timedelta(days=365)


@requires(Permission.PRESENCE_REVIEW, limited=True)
@require_GET
def campaigns(request: TenantRequest) -> HttpResponse:
    """Every campaign, the one under way first; starting and planning for those who hold the whole group."""
    found = list(campaigns_of_group()[:50])
    context = {
        "campaigns": found,
        "is_open": any(one.state == CampaignState.OPEN for one in found),
        "may_start": request.access.holds(Permission.PRESENCE_REVIEW),
        "is_overdue": not found or found[0].started_on < today() - OVERDUE,
        "schedule": schedule_of_group() if request.access.holds(Permission.PRESENCE_REVIEW) else None,
        "why": WHY,
    }
    return render(request, "reviews/campaigns.html", context)


@requires(Permission.PRESENCE_REVIEW)
def start(request: TenantRequest) -> HttpResponse:
    """Says what will happen, asks for the deadline. A second click finds the campaign under way."""
    under_way = open_campaign()
    if under_way is not None:
        messages.info(request, "Une revue est déjà en cours : la voici.")
        return redirect("reviews:campaign", request.access.group_slug, under_way.pk)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = start_campaign(actor=request.access, due_on=form.cleaned_data["due_on"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(
                request, "La revue est lancée : chaque site la trouve sur sa page d'accueil dès maintenant."
            )
            return redirect("reviews:campaign", request.access.group_slug, begun.pk)
    context = {
        "title": "Lancer la revue annuelle des présents",
        "consequences": [
            "La liste des personnes présentes est figée maintenant, établissement par établissement.",
            "Chaque site confirme une à une les personnes qui travaillent encore là, ou enregistre leur départ.",
            "Les référents qui n'ont pas terminé sont relancés par leur récapitulatif, jusqu'à la clôture.",
        ],
        "confirm_label": "Lancer la revue",
        "cancel_url": reverse("reviews:campaigns", args=[request.access.group_slug]),
        "form": form,
        "danger": False,
    }
    return render(request, "components/confirm.html", context)


@requires(Permission.PRESENCE_REVIEW)
def schedule(request: TenantRequest) -> HttpResponse:
    """The month of each year when it begins by itself."""
    current = schedule_of_group()
    initial = {
        "month": current.month if current else None,
        "days_to_answer": current.days_to_answer if current else DAYS_TO_ANSWER,
    }
    form = ScheduleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_schedule(actor=request.access, **form.cleaned_data)
        messages.success(request, "Réglage enregistré.")
        return redirect("reviews:campaigns", request.access.group_slug)
    return render(request, "reviews/schedule.html", {"form": form, "why": WHY})


def _found(campaign_id: UUID) -> Campaign:
    found = campaigns_of_group().filter(pk=campaign_id).first()
    if found is None:
        raise Http404
    return found


@requires(Permission.PRESENCE_REVIEW, limited=True)
@require_GET
def campaign(request: TenantRequest, review_campaign_id: UUID) -> HttpResponse:
    """Where each site stands; those who see only some sites see these."""
    found = _found(review_campaign_id)
    sites = sites_of(found)
    for one in sites:
        one.review.campaign = found
    context = {
        "campaign": found,
        "rows": [_row(request, one) for one in sites],
        "figures": _figures(sites),
        "is_late": is_late(found),
        "may_close": found.state == CampaignState.OPEN and request.access.holds(Permission.PRESENCE_REVIEW),
    }
    return render(request, "reviews/campaign.html", context)


def _row(request: TenantRequest, site: SiteProgress) -> SiteRow:
    url = address(
        "reviews:review",
        group_slug=request.access.group_slug,
        establishment_id=site.review.establishment_id,
        site_review_id=site.review.pk,
    )
    return SiteRow(site, *site_status(site), url)


def _figures(sites: list[SiteProgress]) -> list[tuple[str, int]]:
    return [
        ("sites terminés", sum(one.review.state == ReviewState.DONE for one in sites)),
        ("sites à terminer", sum(one.review.state != ReviewState.DONE for one in sites)),
        ("présences confirmées", sum(one.progress.confirmed for one in sites)),
        ("départs", sum(one.progress.gone for one in sites)),
        ("sans réponse", sum(one.progress.waiting for one in sites)),
    ]


@requires(Permission.PRESENCE_REVIEW, limited=True)
@require_GET
def export(request: TenantRequest, review_campaign_id: UUID) -> HttpResponse:
    """Who confirmed whom, when: every line that this person may see."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    found = _found(review_campaign_id)
    rows = proof_rows(lines_of_campaign(found))
    response, count = spreadsheet(kind, f"revue-des-presents-{found.started_on:%Y-%m-%d}", HEADER, rows)
    what = f"revue du {found.started_on:%d/%m/%Y}, {kind.upper()}"
    record_review_export(
        actor=request.access, campaign=found, establishment_id=None, count=count, what=what
    )  # fmt: skip
    return response


@requires(Permission.PRESENCE_REVIEW)
def close(request: TenantRequest, review_campaign_id: UUID) -> HttpResponse:
    """After a confirmation: sites that have not finished stay « non terminée »."""
    found = _found(review_campaign_id)
    page = reverse("reviews:campaign", args=[request.access.group_slug, found.pk])
    if found.state == CampaignState.CLOSED:
        messages.info(request, "Cette revue est déjà close : il n'y a plus rien à faire.")
        return redirect(page)
    if request.method == "POST":
        close_campaign(actor=request.access, campaign=found)
        messages.success(request, "La revue est close. Sa preuve reste ici et s'exporte.")
        return redirect(page)
    unfinished = [one for one in sites_of(found) if one.review.state == ReviewState.WAITING]
    people = sum(one.progress.waiting for one in unfinished)
    consequences = ["Plus aucune réponse ne pourra être donnée : la clôture est définitive."]
    if unfinished:
        count = len(unfinished)
        sites = "un site n'a" if count == 1 else f"{count} sites n'ont"
        consequences.insert(
            0, f"{sites[:1].upper()}{sites[1:]} pas terminé : {people} présence(s) resteront sans réponse."
        )
    context = {
        "title": f"Clore la revue du {found.started_on:%d/%m/%Y}",
        "consequences": consequences,
        "confirm_label": "Clore la revue",
        "cancel_url": page,
    }
    return render(request, "components/confirm.html", context)
