from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DispatchConfig(AppConfig):
    name = "portal.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        autodiscover_modules("handlers")
