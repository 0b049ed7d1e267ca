from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "identities.people"
    label = "people"
