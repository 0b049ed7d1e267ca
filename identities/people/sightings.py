"""From what somebody saw to the check that they attest."""

from uuid import UUID

from identities.people.check_rules import check_level, check_sighting
from identities.people.models import CheckMethod, IdentityCheck
from identities.people.traits import Sighting
from portal.foundation.clock import now, start_of_day
from portal.foundation.errors import DomainError
from portal.journal.operations import Actor


def who_attests(actor: Actor) -> UUID:
    """Refuses (DomainError) a program: only a person attests, in their own name."""
    if actor.actor_id is None:
        raise DomainError("A program attests nothing", "Seule une personne peut attester cela, à son nom.")
    return actor.actor_id


def new_check(actor: Actor, sighting: Sighting, establishment_id: UUID | None) -> IdentityCheck:
    """The check that a sighting makes, not saved yet and of nobody. Refuses (DomainError) as `record_identity_check`."""
    check_sighting(sighting)
    is_remote = sighting.method == CheckMethod.REMOTE
    is_earlier = sighting.method == CheckMethod.CARRIED_OVER
    means = sighting.remote_means if is_remote else ""
    return IdentityCheck(
        method=sighting.method,
        document_kind=sighting.document_kind,
        remote_means=means,
        carried_from=sighting.carried_from.strip() if is_earlier else "",
        level=check_level(sighting.method, sighting.document_kind, means),
        checked_at=start_of_day(sighting.checked_on) if is_earlier and sighting.checked_on else now(),
        checked_by=who_attests(actor),
        checked_by_name=actor.actor_name,
        establishment_id=establishment_id,
    )
