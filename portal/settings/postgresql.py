"""PostgreSQL: one database, two logins. `default` is the application, `owner` migrates and loads code tables."""

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict


def database(url: str, **extra: Any) -> dict[str, Any]:
    """Django's settings for a libpq URL or key=value string (`postgresql://user:pw@/db?host=/run/x`)."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
        **extra,
    }


def databases() -> dict[str, dict[str, Any]]:
    """Reads DATABASE_URL (role portal_app) and DATABASE_OWNER_URL (role portal_owner, same database)."""
    application = os.environ.get("DATABASE_URL", "")
    owner = os.environ.get("DATABASE_OWNER_URL", "")
    return {
        "default": database(application, CONN_MAX_AGE=600, ATOMIC_REQUESTS=True),
        "owner": database(owner or application, TEST={"MIRROR": "default"}),
    }
