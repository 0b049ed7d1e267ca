"""The Annuaire Santé API (FHIR R4, version 2, open data) as played here: what is kept of it is in the sandbox's README."""
