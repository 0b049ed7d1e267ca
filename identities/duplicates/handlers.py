"""What this room posts, in French for the screen of what leaves. Later rooms (accesses, MIE) follow by it."""

from portal.dispatch.registry import name_kinds

name_kinds({"person.merged": "deux fiches réunies", "person.unmerged": "fusion défaite"})
