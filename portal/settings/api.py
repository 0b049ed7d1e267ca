"""The API of software (/api/v1/): JSON in and out, keys only; the door of each route does what DRF's classes would."""

from typing import Any

# Kind of call → (how many, in so many seconds). « bad » counts refusals by address and by what was presented.
API_RATES = {"call": (240, 60), "deposit": (20, 60), "bad_key": (10, 60), "bad_address": (100, 60)}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "portal.foundation.api_schema.Schema",
    "EXCEPTION_HANDLER": "portal.foundation.problems.answer",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "Un refus (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {**_TEXT, "description": "Un mot qui ne change pas, pour le programme."},
        "detail": {**_TEXT, "description": "Ce qui ne va pas et ce qu'il faut faire, en français."},
        "request_id": {**_TEXT, "description": "À donner à votre administrateur si vous demandez de l'aide."},
    },
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Trousseau",
    "VERSION": "1",
    "DESCRIPTION": "Ce que les logiciels d'un groupe envoient au portail. Chaque refus est un problem+json (RFC 9457).",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "APPEND_COMPONENTS": {
        "schemas": {"Problem": _PROBLEM},
        "securitySchemes": {
            "key": {
                "type": "http",
                "scheme": "bearer",
                "description": "Une clé d'accès, créée par un administrateur.",
            }
        },
    },
    "SECURITY": [{"key": []}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
