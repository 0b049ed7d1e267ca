from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "identities.duplicates"
    label = "duplicates"
