from django.apps import AppConfig


class RppsPlusConfig(AppConfig):
    name = "identities.rpps_plus"
    label = "rpps_plus"
