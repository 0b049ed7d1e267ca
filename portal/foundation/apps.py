from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "portal.foundation"
    label = "foundation"

    def ready(self) -> None:
        from portal.foundation import checks  # noqa: F401
