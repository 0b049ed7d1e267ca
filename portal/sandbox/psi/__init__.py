"""API PSI (Pro Santé Identité) v0.9.1 of the ANS: see the README of the stand-in."""
