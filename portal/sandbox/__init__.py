"""A stand-in of Pro Santé Connect and of a group's own identity provider, served by its own process. Refused in production."""
