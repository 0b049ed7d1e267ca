from django.apps import AppConfig


class IdentityProvidersConfig(AppConfig):
    name = "tenants.identity_providers"
    label = "identity_providers"

    def ready(self) -> None:
        from tenants.identity_providers import doors, own_group  # noqa: F401
