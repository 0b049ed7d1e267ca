"""What this room posts, in French for the screen of what leaves. Nothing handles it yet: it settles as « sans cible »."""

from portal.dispatch.registry import name_kinds

name_kinds(
    {
        "assignment.started": "début d'affectation",
        "assignment.extended": "affectation prolongée",
        "assignment.shortened": "affectation raccourcie",
        "assignment.ended": "fin d'affectation",
    }
)
