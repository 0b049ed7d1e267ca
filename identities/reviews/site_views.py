"""The review of one site: its people one by one, ticked or gone."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.assignments.forms import DepartureForm
from identities.assignments.rules import can_end, in_words
from identities.reviews.forms import gone, ticked
from identities.reviews.models import ReviewLine, SiteReview
from identities.reviews.operations import confirm_lines, end_line, record_review_export
from identities.reviews.queries import (
    line_of,
    lines_of_review,
    review_at,
    reviews_at,
    settled_lines,
    waiting_lines,
)
from identities.reviews.rules import can_answer, is_late
from identities.reviews.shown import HEADER, proof_rows, settled_shown
from identities.reviews.states import CampaignState
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


def _found(establishment_id: UUID, review_id: UUID) -> SiteReview:
    found = review_at(establishment_id, review_id)
    if found is None:
        raise Http404
    return found


def _address(request: TenantRequest, review: SiteReview) -> str:
    return reverse("reviews:review", args=[request.access.group_slug, review.establishment_id, review.pk])


def _departure(request: TenantRequest, review: SiteReview, line_id: UUID) -> str:
    place = [request.access.group_slug, review.establishment_id, review.pk, line_id]
    return reverse("reviews:depart", args=place)


@requires(Permission.PRESENCE_REVIEW)
@require_GET
def of_site(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """The review under way, else those of the past."""
    found = list(reviews_at(establishment_id)[:20])
    if found and found[0].campaign.state == CampaignState.OPEN:
        return redirect(_address(request, found[0]))
    return render(
        request, "reviews/of_site.html", {"reviews": [(one, _address(request, one)) for one in found]}
    )


@requires(Permission.PRESENCE_REVIEW)
def review(request: TenantRequest, establishment_id: UUID, site_review_id: UUID) -> HttpResponse:
    """Ticks: only those, by whoever signs in. No button ticks everybody: each name is to be read."""
    found = _found(establishment_id, site_review_id)
    if request.method == "POST":
        leaver = gone(request.POST)
        if leaver is None or ticked(request.POST):
            _confirm(request, found)
        return redirect(_departure(request, found, leaver) if leaver else _address(request, found))
    waiting, total = waiting_lines(found).count(), found.lines.count()
    shows_settled = request.GET.get("onglet") == "faits" or not waiting or not can_answer(found)
    page = Paginator(_lines(found, shows_settled), PAGE).get_page(request.GET.get("page"))
    context = {
        "review": found,
        "waiting": waiting,
        "answered": total - waiting,
        "page": page,
        "shows_settled": shows_settled,
        "rows": list(settled_shown(page)) if shows_settled else list(page),
        "may_answer": can_answer(found),
        "may_leave": request.access.holds(Permission.DEPARTURE),
        "is_late": is_late(found.campaign),
        "exports": reverse(
            "reviews:export_of_site", args=[request.access.group_slug, establishment_id, found.pk]
        ),
    }
    return render(request, "reviews/review.html", context)


def _lines(review: SiteReview, shows_settled: bool) -> QuerySet[ReviewLine]:
    """Of a finished review, all of them: those without an answer too."""
    if not can_answer(review):
        return lines_of_review(review)
    return settled_lines(review) if shows_settled else waiting_lines(review)


def _confirm(request: TenantRequest, review: SiteReview) -> None:
    try:
        count = confirm_lines(actor=request.access, review=review, line_ids=ticked(request.POST))
    except DomainError as error:
        messages.warning(request, error.french)
        return
    left = waiting_lines(review).count()
    said = "Aucune nouvelle présence confirmée : quelqu'un venait de le faire."
    if count:
        said = "Une présence confirmée." if count == 1 else f"{count} présences confirmées."
    rest = f" Il en reste {left}." if left else " La revue de ce site est terminée : merci."
    messages.success(request, said + rest)


@requires(Permission.DEPARTURE)
def depart(
    request: TenantRequest, establishment_id: UUID, site_review_id: UUID, review_line_id: UUID
) -> HttpResponse:
    """The ordinary departure of somebody on the list, which answers the line."""
    found = _found(establishment_id, site_review_id)
    line = line_of(found, review_line_id)
    if line is None:
        raise Http404
    back = _address(request, found)
    if not can_answer(found) or not can_end(line.assignment):
        messages.info(request, f"{line.person_name} : il n'y a plus rien à répondre ici.")
        return redirect(back)
    form = DepartureForm(request.POST or None, assignment=line.assignment)
    if request.method == "POST" and form.is_valid():
        try:
            return _departed(request, found, line, form)
        except DomainError as error:
            add_refusal(form, error)
    stay = line.assignment
    context = {
        "line": line,
        "form": form,
        "back": back,
        "starts": in_words(stay.starts_at),
        "ends": in_words(stay.ends_at) if stay.ends_at else "",
    }
    return render(request, "reviews/depart.html", context)


def _departed(
    request: TenantRequest, review: SiteReview, line: ReviewLine, form: DepartureForm
) -> HttpResponse:
    stay = end_line(
        actor=request.access,
        review=review,
        line=line,
        reason=form.cleaned_data["reason"],
        at=form.asked_at(),
    )
    when = in_words(stay.ends_at) if stay.ends_at else ""
    messages.success(request, f"Départ de {line.person_name} enregistré pour le {when}.")
    return redirect(_address(request, review))


@requires(Permission.PRESENCE_REVIEW)
@require_GET
def export(request: TenantRequest, establishment_id: UUID, site_review_id: UUID) -> HttpResponse:
    """The proof of this site."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    found = _found(establishment_id, site_review_id)
    rows = proof_rows(lines_of_review(found))
    day = found.campaign.started_on
    response, count = spreadsheet(kind, f"revue-des-presents-{day:%Y-%m-%d}", HEADER, rows)
    record_review_export(
        actor=request.access, campaign=found.campaign, establishment_id=establishment_id, count=count,
        what=f"{found.establishment.name}, revue du {day:%d/%m/%Y}, {kind.upper()}",
    )  # fmt: skip
    return response
