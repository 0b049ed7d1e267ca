"""Six digits that prove a contact: the row of a new code, and what is drawn when it leaves."""

import secrets

from identities.self_registrations.models import Contact, ContactCode, SelfRegistration
from identities.self_registrations.rules import CODE_LIFE
from portal.foundation.clock import now


def six_digits() -> str:
    return f"{secrets.randbelow(10**6):06}"


def given_now(path: SelfRegistration, contact: Contact, value: str, found: ContactCode | None) -> ContactCode:
    """The row of that contact, ready for a new code: tries start again, what was proved before is told no more."""
    moment = now()
    row = found or ContactCode(registration=path, establishment_id=path.establishment_id, contact=contact)
    row.value = value
    row.code_hash = ""
    row.given += 1
    row.tries = 0
    row.asked_at = moment
    row.expires_at = moment + CODE_LIFE
    row.proved_at = None
    row.save()
    return row
