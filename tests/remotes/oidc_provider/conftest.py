"""The independent provider, for the tests of this folder."""

from tests.remotes.oidc_provider.independent import independent_process

__all__ = ["independent_process"]
