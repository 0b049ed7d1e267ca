"""Twelve months of arrivals and departures: who worked where, from when to when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

# function → weight, by kind of site
CARE = {
    "R85-313": 34, "R85-338": 16, "G15-60": 12, "R85-328": 12, "R85-368": 4, "R85-367": 4, "R85-331": 4, "R85-337": 5,
    "G15-94": 2, "R95-93": 2, "G15-70": 1, "G15-10": 1, "R85-359": 1, "R85-343": 1, "R85-347": 1,
}  # fmt: skip
EDUCATION = {
    "R85-326": 26, "R85-324": 20, "R85-328": 18, "R85-327": 5, "R85-345": 4, "R85-367": 6, "R95-93": 5, "G15-96": 4,
    "G15-94": 3, "R94-41": 3, "R85-331": 3, "R85-337": 2, "R85-359": 1, "R85-358": 2,
}  # fmt: skip
HEALTH_CATEGORIES = {"500", "354", "255", "448"}
AGENCIES = ("Relais Santé Intérim", "Allobroges Soins", "Vita Renfort", "Mon Renfort 01")
CONTRACTS = (("cdi", 72), ("cdd", 17), ("internship", 6), ("temp", 5))


@dataclass(frozen=True)
class Stay:
    """One affectation or mission to be; `ends_at` None: open-ended. `state` as it stands at the moment of the seed."""

    kind: str
    contract: str
    function_code: str
    starts_at: datetime
    ends_at: datetime | None
    state: str
    agency: str = ""
    end_reason: str = ""

    def collides(self, later: "Stay") -> bool:
        """Same function at the same time: at one site the database refuses it."""
        return self.function_code == later.function_code and (
            self.ends_at is None or self.ends_at > later.starts_at
        )


def function_for(rng: Random, category_code: str) -> str:
    weights = CARE if category_code in HEALTH_CATEGORIES else EDUCATION
    return rng.choices(list(weights), list(weights.values()))[0]


def _minute(moment: datetime, hour: int) -> datetime:
    return moment.replace(hour=hour, minute=0, second=0, microsecond=0)


def present_stay(rng: Random, category_code: str, moment: datetime) -> Stay:
    """Somebody who works there now."""
    function = function_for(rng, category_code)
    contract = rng.choices([one for one, _ in CONTRACTS], [weight for _, weight in CONTRACTS])[0]
    if contract == "temp":
        starts = _minute(moment - timedelta(days=rng.randint(0, 6)), 5) - timedelta(days=1)
        ends: datetime | None = _minute(moment + timedelta(days=rng.choice((0, 0, 1, 1, 2, 3, 5, 7))), 19)
        if ends and ends <= moment:
            ends = moment + timedelta(hours=rng.randint(1, 9), minutes=rng.randint(0, 59))
        return Stay("mission", "temp", function, starts, ends, "running", agency=rng.choice(AGENCIES))
    longest = {"cdi": 9000, "cdd": 300, "internship": 90}[contract]
    recent = rng.random() < 0.16
    starts = _minute(moment - timedelta(days=rng.randint(1, min(longest, 360) if recent else longest)), 7)
    ends = None if contract == "cdi" else _minute(moment + timedelta(days=rng.randint(1, 200)), 19)
    return Stay("affectation", contract, function, starts, ends, "running")


def past_stay(rng: Random, category_code: str, moment: datetime) -> Stay:
    """Somebody who left within the last twelve months."""
    function = function_for(rng, category_code)
    ends = _minute(moment - timedelta(days=rng.randint(1, 362)), 19)
    if rng.random() < 0.6:
        starts = _minute(ends - timedelta(days=rng.randint(1, 30)), 7)
        return Stay("mission", "temp", function, starts, ends, "ended", rng.choice(AGENCIES), "scheduled")
    starts = _minute(ends - timedelta(days=rng.randint(60, 2500)), 7)
    reason = rng.choice(("resignation", "transfer", "retirement", "scheduled", "early"))
    return Stay("affectation", rng.choice(("cdi", "cdd")), function, starts, ends, "ended", "", reason)


def planned_stay(rng: Random, category_code: str, moment: datetime) -> Stay:
    """Somebody who is expected in the coming days."""
    starts = _minute(moment + timedelta(days=rng.randint(1, 12)), 6)
    ends = _minute(starts + timedelta(days=rng.choice((1, 2, 5, 14))), 19)
    function = function_for(rng, category_code)
    return Stay("mission", "temp", function, starts, ends, "planned", agency=rng.choice(AGENCIES))
