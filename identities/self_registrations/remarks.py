"""What somebody behind a link writes otherwise than a verified identity has it: sealed, for those who may check it."""

import json
from collections.abc import Mapping
from typing import Any

from identities.people.traits import PersonTraits
from identities.self_registrations.models import SelfRegistration
from portal.foundation.secrets import decrypt, encrypt


def sealed(remarks: Mapping[str, Any]) -> str:
    """Trait → value, as `SelfRegistration.sealed_remarks` keeps it; empty for nothing."""
    return encrypt(json.dumps(remarks)) if remarks else ""


def remarks_left(path: SelfRegistration) -> dict[str, Any]:
    """Trait → value as written; those that the record has agreed with since are settled."""
    if not path.sealed_remarks:
        return {}
    known = PersonTraits.of(path.person).as_values()
    written = json.loads(decrypt(path.sealed_remarks)).items()
    return {name: value for name, value in written if value != known[name]}
