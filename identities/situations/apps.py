from django.apps import AppConfig


class SituationsConfig(AppConfig):
    name = "identities.situations"
    label = "situations"
