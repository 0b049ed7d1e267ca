from django.apps import AppConfig


class IdentityChecksConfig(AppConfig):
    name = "identities.identity_checks"
    label = "identity_checks"
