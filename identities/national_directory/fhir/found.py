"""What the API says of one professional, in our words, by RPPS and FINESS: technical ids change at each release."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Card:
    """A smart card. `opposed_on` is in restricted data only: always None in the open API."""

    card_type: str
    card_number: str
    valid_from: date | None
    valid_to: date | None
    opposed_on: date | None


@dataclass(frozen=True)
class Activity:
    """One situation of exercise (PractitionerRole): codes of TRE_R22, R23, and R21, R85 or R96; closed ones have none.

    `organization` is the technical id of the structure, good for the answers of the same moment only; `finess` is empty
    until it was looked up, and for a structure without one.
    """

    is_active: bool
    kind_code: str
    mode_code: str
    role_code: str
    organization: str
    finess: str = ""


@dataclass(frozen=True)
class Professional:
    """Everything that the open API says of one RPPS number. An inactive one has its number alone.

    `professions`: codes of TRE_G15, R94, R95 or R291; `mailboxes`: MSSanté addresses, of the person or of an activity.
    """

    number: str
    is_active: bool
    name: str = ""
    first_name: str = ""
    civility: str = ""
    professions: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    cards: tuple[Card, ...] = ()
    mailboxes: tuple[str, ...] = ()
