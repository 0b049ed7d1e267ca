from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "identities.assignments"
    label = "assignments"
