from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "identities.registrations"
    label = "registrations"
