"""The Annuaire Santé API, FHIR v2, open data: what it is asked, what it answers in our words, and the pace of the calls."""
