from django.apps import AppConfig


class HrImportsConfig(AppConfig):
    name = "identities.hr_imports"
    label = "hr_imports"
