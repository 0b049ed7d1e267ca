"""Redis or Valkey: Celery's broker and the cache that rate limits share. REDIS_URL, `unix://` or `redis://`."""

import os

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")


def broker_url(redis_url: str) -> str:
    """As kombu reads it: on a socket the database's number is `virtual_host`; `db` is ignored without a word."""
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


CELERY_BROKER_URL = broker_url(REDIS_URL)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "trousseau",
    },
    # Valkey writes to the disk: what a session holds is sealed there as in its row.
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "session",
        "OPTIONS": {"serializer": "tenants.memberships.adapters.EncryptedSessionSerializer"},
    },
}

# The outbox row is the truth: a lost or repeated delivery changes nothing (portal/decisions/0004-outbox.md).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"
