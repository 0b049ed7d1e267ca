"""GET /metadata: what can be searched, as a capability statement."""

from portal.sandbox.annuaire.parameters import CONDITIONS
from portal.sandbox.annuaire.resources import Resource


def capability(base: str) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-06-30",
        "kind": "instance",
        "software": {"name": "Annuaire Santé (bac à sable)", "version": "2"},
        "implementation": {"description": "Annuaire Santé FHIR v2", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": kind,
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [
                            {
                                "name": name,
                                "type": "token"
                                if name in ("_id", "identifier", "active", "role")
                                else "string",
                            }
                            for name in sorted(conditions)
                        ],
                    }
                    for kind, conditions in CONDITIONS.items()
                ],
            }
        ],
    }
