"""Sentences that the acts of this room leave in the journal."""

from portal.journal.operations import Act

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
