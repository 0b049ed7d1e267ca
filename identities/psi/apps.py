from django.apps import AppConfig


class PsiConfig(AppConfig):
    name = "identities.psi"
    label = "psi"
