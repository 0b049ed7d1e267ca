"""What production refuses about bounces: a secret that could be guessed."""

from collections.abc import Iterable

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register

SECRET_LENGTH = 32


@register(deploy=True)
def check_bounce_secrets(app_configs: Iterable[AppConfig] | None = None, **_: object) -> list[Error]:
    """Each of BOUNCE_WEBHOOK_SECRETS is long enough; none at all shuts the address."""
    if all(len(one) >= SECRET_LENGTH for one in settings.BOUNCE_WEBHOOK_SECRETS):
        return []
    sentence = f"BOUNCE_WEBHOOK_SECRETS est faible : tirez au hasard au moins {SECRET_LENGTH} caractères."
    return [Error(sentence, id="trousseau.E020")]
