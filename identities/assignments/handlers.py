"""What this room posts and nobody handles, in French for the screen of what leaves; departures and returns are for
identities.situations."""

from portal.dispatch.registry import name_kinds

name_kinds({"assignment.shortened": "affectation raccourcie"})
