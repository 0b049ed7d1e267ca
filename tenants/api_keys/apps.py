from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiKeysConfig(AppConfig):
    name = "tenants.api_keys"
    label = "api_keys"

    def ready(self) -> None:
        autodiscover_modules("key_limits")
