from django.apps import AppConfig


class SelfRegistrationsConfig(AppConfig):
    name = "identities.self_registrations"
    label = "self_registrations"
