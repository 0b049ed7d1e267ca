"""What the national side keeps: accounts, employments, activities and cards, each write counted, so that a double shows."""

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from threading import RLock
from typing import Any
from uuid import UUID

from portal.sandbox.psi.checks import Shape
from portal.sandbox.psi.civil_status import Traits

UNCONFIRMED_DAYS = 30
TRAITS = ("lastName", "firstNames", "birthDate", "genderCode", "birthLocationCode")


def traits_of(told: Shape) -> Traits:
    name, first_names, born_on, sex, place = (str(told.get(one) or "") for one in TRAITS)
    return name, first_names, born_on, sex, place


def uuid7() -> UUID:
    """RFC 9562 §5.7."""
    milliseconds = int(time.time() * 1000)
    return UUID(
        int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    )


@dataclass
class Account:
    """`self_enrolled_at`: seconds since 1970 of who registered by themselves and whom no establishment has confirmed."""

    traits: Traits
    numbers: list[str]
    self_enrolled_at: float | None = None
    id: str = field(default_factory=lambda: str(uuid7()))
    employments: Counter[str] = field(default_factory=Counter)
    activities: Counter[str] = field(default_factory=Counter)
    cards: list[str] = field(default_factory=list)


class Book:
    """One account per set of traits. `lock` is held for a whole call: two calls never make the same account."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.forget()

    def forget(self) -> None:
        self._accounts: dict[Traits, Account] = {}
        self.calls: Counter[Traits] = Counter()
        self.elapsed = timedelta(0)
        self.foreign_activities: Counter[Traits] = Counter()

    def find(self, traits: Traits) -> Account | None:
        """The living one: an account that nobody confirmed within thirty days is gone."""
        found = self._accounts.get(traits)
        if found is None or found.self_enrolled_at is None:
            return found
        age = time.time() + self.elapsed.total_seconds() - found.self_enrolled_at
        if age > timedelta(days=UNCONFIRMED_DAYS).total_seconds():
            del self._accounts[traits]
            return None
        return found

    def open(self, traits: Traits, numbers: list[str], self_enrolled_at: float | None = None) -> Account:
        account = Account(traits, numbers, self_enrolled_at)
        self._accounts[traits] = account
        return account

    def employ(self, account: Account, establishment: str) -> None:
        """Counts it, and confirms who registered by themselves."""
        account.employments[establishment] += 1
        account.self_enrolled_at = None

    def write_activity(self, traits: Traits, account: Account | None, asked: Shape) -> bool:
        """Whether it is new: the same profession at the same place is the same activity."""
        place = next(str(asked[one]) for one in ("numFINESSET", "numSIRET", "rppsRank") if asked.get(one))
        if account is None:
            self.foreign_activities[traits] += 1
            return self.foreign_activities[traits] == 1
        key = f"{asked['professionCode']}@{place}"
        account.activities[key] += 1
        return account.activities[key] == 1

    def told(self) -> dict[str, Any]:
        """For GET /_sandbox/psi."""
        return {
            "accounts": [
                {
                    "id": one.id,
                    "traits": dict(zip(TRAITS, one.traits, strict=True)),
                    "rpps": one.numbers,
                    "employments": one.employments,
                    "activities": one.activities,
                    "cards": one.cards,
                    "calls": self.calls[one.traits],
                    "self_enrolled_at": one.self_enrolled_at,
                }
                for one in list(self._accounts.values())
                if self.find(one.traits)
            ],
            "calls": sum(self.calls.values()),
        }


book = Book()
