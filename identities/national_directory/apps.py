from django.apps import AppConfig


class NationalDirectoryConfig(AppConfig):
    name = "identities.national_directory"
    label = "national_directory"
