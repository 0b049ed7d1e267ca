from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "tenants.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from tenants.sign_in import receivers  # noqa: F401
        from tenants.sign_in.psc import logout  # noqa: F401
