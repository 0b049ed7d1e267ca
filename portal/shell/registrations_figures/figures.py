"""The month of registrations, put together from the rooms: in all and by site, with where each figure comes from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from identities.registrations.figures import (
    LeadTime,
    month_of,
    requests_by_outcome,
    time_to_ecps,
    time_to_number,
)
from identities.registrations.models import Route
from identities.registrations.states import OPEN_STATES, RequestState
from identities.self_registrations.queries import Gauge, gauge, gauge_by_site
from identities.situations.figures import Closures, situations_closed
from portal.foundation.tabular import Row
from tenants.groups.queries import establishment_names

NO_LEAD, NO_CLOSURE, NO_GAUGE = LeadTime(0, 0, 0, 0), Closures(0, 0, 0), Gauge(0, 0, 0)
OUTCOMES = ("faites", "en cours", "à corriger", "sans suite")
HEADER = (
    "Établissement", "Demandes préparées", "Faites", "En cours", "À corriger", "Sans suite", "Numéros obtenus",
    "Délai médian jusqu'au numéro (h)", "9 sur 10 en moins de (h)", "Numéros sous 24 h (%)", "e-CPS actives",
    "e-CPS sous 48 h (%)", "Enregistrées par elles-mêmes (%)", "Situations closes", "Délai médian de clôture (jours)",
)  # fmt: skip


@dataclass(frozen=True)
class SiteMonth:
    """One site, or all of them together (`id` None)."""

    id: UUID | None
    name: str
    outcomes: Counter[str]
    number: LeadTime
    ecps: LeadTime
    gauge: Gauge
    closed: Closures

    @property
    def prepared(self) -> int:
        return sum(self.outcomes.values())

    @property
    def counts(self) -> list[int]:
        """In the order of OUTCOMES."""
        return [self.outcomes[one] for one in OUTCOMES]


@dataclass(frozen=True)
class Month:
    """A month of the current door. `by_route`: the label of each route, and « 3 faites, 1 à corriger »."""

    total: SiteMonth
    sites: list[SiteMonth]
    by_route: list[tuple[str, str]]


def outcome_of(state: str) -> str:
    """What became of a request, in one of four words."""
    if state == RequestState.DONE:
        return "faites"
    if state == RequestState.NEEDS_CORRECTION:
        return "à corriger"
    return "en cours" if state in OPEN_STATES else "sans suite"


def month_figures(month: date) -> Month:
    """Seven statements, whatever the number of sites and requests."""
    first, after = month_of(month)
    last = after - timedelta(days=1)
    requests = requests_by_outcome(month)
    number, ecps, closed = time_to_number(month), time_to_ecps(month), situations_closed(month)
    gauges: Mapping[UUID, Gauge] = gauge_by_site(first, last)

    def of(site: UUID | None, name: str, share: Gauge) -> SiteMonth:
        outcomes: Counter[str] = Counter()
        for (where, _, state), count in requests.items():
            if site is None or where == site:
                outcomes[outcome_of(state)] += count
        return SiteMonth(
            site, name, outcomes, number.get(site, NO_LEAD), ecps.get(site, NO_LEAD), share,
            closed.get(site, NO_CLOSURE),
        )  # fmt: skip

    sites = [of(site, name, gauges.get(site, NO_GAUGE)) for site, name in establishment_names().items()]
    return Month(of(None, "Ensemble", gauge(first, last)), sites, _by_route(requests))


def _by_route(requests: Mapping[tuple[UUID | None, str, str], int]) -> list[tuple[str, str]]:
    found: dict[str, Counter[str]] = {route: Counter() for route in Route.values}
    for (_, route, state), count in requests.items():
        found[route][outcome_of(state)] += count
    return [(str(Route(route).label), _said(counts)) for route, counts in found.items()]


def _said(counts: Counter[str]) -> str:
    """« 3 faites, 1 à corriger »."""
    words = {"faites": "faite"}
    return (
        ", ".join(
            f"{counts[one]} {words.get(one, one) if counts[one] == 1 else one}"
            for one in OUTCOMES
            if counts[one]
        )
        or "aucune"
    )


def export_row(one: SiteMonth) -> Row:
    """The line of a site, or of all of them; nothing where there is nothing to measure."""
    return [
        one.name, one.prepared, *one.counts, one.number.count, *_hours(one.number), one.ecps.count,
        one.ecps.share if one.ecps.count else None, one.gauge.percent if one.gauge.new else None, one.closed.count,
        round(one.closed.median, 1) if one.closed.count else None,
    ]  # fmt: skip


def _hours(lead: LeadTime) -> tuple[float | None, float | None, int | None]:
    return (round(lead.median, 1), round(lead.p90, 1), lead.share) if lead.count else (None, None, None)
