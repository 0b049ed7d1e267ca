"""Sentences that the acts of this room leave in the journal."""

from typing import Any

from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Act, Actor, record
from tenants.memberships.models import User
from tenants.memberships.queries import groups_of

INVITED = Act("membership_invited", "{actor} a invité {holder} : {terms}.")
RESENT = Act("invitation_resent", "{actor} a renvoyé l'invitation de {holder}.")
ACCEPTED = Act("invitation_accepted", "{actor} a accepté l'invitation : {terms}. {following}")
CONFIRMED = Act("membership_confirmed", "{actor} a confirmé le droit de {holder} : {terms}.")
CHANGED = Act("membership_changed", "{actor} a modifié le droit de {holder} : {terms}. {following}")
ENDED = Act("membership_ended", "{actor} a mis fin au droit de {holder} : {terms}.")
CANCELLED = Act("invitation_cancelled", "{actor} a annulé l'invitation de {holder} : {terms}.")
SESSIONS_CUT = Act("sessions_cut", "{actor} a coupé toutes ses sessions.")
EXPORTED = Act("rights_exported", "{actor} a exporté {lines} de la liste des droits du portail ({what}).")
FACTORS_REMOVED = Act(
    "second_factors_removed", "{actor} a retiré les seconds facteurs de {holder}. Motif : {reason}."
)


def record_of_account(actor: Actor, act: Act, user: User, **values: Any) -> None:
    """What happens to an account is told to the platform and to every group where its holder has a right in force."""
    for group_id in [PLATFORM, *groups_of(user)]:
        with tenant(group_id):
            record(actor, act, object_kind="user", object_id=user.pk, **values)
