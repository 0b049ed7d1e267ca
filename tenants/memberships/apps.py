from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "tenants.memberships"
    label = "memberships"

    def ready(self) -> None:
        from tenants.memberships import receivers  # noqa: F401
