from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NoticesConfig(AppConfig):
    name = "tenants.notices"
    label = "notices"

    def ready(self) -> None:
        from tenants.notices import checks, sections  # noqa: F401

        autodiscover_modules("notices")
