"""Nothing personal in a log line."""

import json
import logging
from base64 import urlsafe_b64encode
from secrets import token_bytes
from urllib.parse import quote

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing

from portal.foundation.logs import without_values
from tests.factories.memberships import UserFactory
from tests.factories.people import PersonFactory


def test_a_database_error_loses_the_row_it_quotes():
    trace = "psycopg.errors.UniqueViolation: duplicate key\nDETAIL:  Key (value)=(MARTIN Jeanne) already exists.\n"
    told = without_values(None, "error", {"exception": trace})["exception"]
    assert "UniqueViolation" in told
    assert "MARTIN" not in told


@pytest.mark.parametrize(
    "trace",
    [
        "psycopg.errors.SyntaxError: unterminated\nLINE 1: …WHERE name = 'MARTIN'\n                 ^\n",
        'psycopg.errors.InvalidTextRepresentation: invalid input syntax for type uuid: "MARTIN"\n',
        'psycopg.errors.DatetimeFieldOverflow: date/time field value out of range: "MARTIN"\n',
    ],
)
def test_a_database_error_loses_the_statement_it_quotes(trace):
    told = without_values(None, "error", {"exception": trace})["exception"]
    assert "psycopg.errors" in told
    assert "MARTIN" not in told


def test_an_address_loses_its_query_string():
    told = without_values(None, "info", {"event": "Not Found: /g/rives/recherche/?q=MARTIN"})["event"]
    assert told == "Not Found: /g/rives/recherche/?…"


@pytest.mark.parametrize("quoted", [False, True])
def test_a_signed_link_loses_what_opens_it(quoted):
    token = signing.dumps("0193abcd", salt="x")
    path = f"/compte/invitation/{quote(token, safe='') if quoted else token}/"
    told = without_values(None, "warning", {"event": f"Not Found: {path}"})["event"]
    assert told == "Not Found: /compte/invitation/…/"
    cut_short = without_values(None, "warning", {"event": f"Gone: /compte/invitation/{token[:-9]}"})["event"]
    assert cut_short == "Gone: /compte/invitation/…"


def test_a_drawn_link_loses_what_opens_it():
    """Refused for the form's protection or too many tries, it still opens afterwards."""
    for _ in range(50):
        token = urlsafe_b64encode(token_bytes(48)).decode()
        told = without_values(None, "warning", {"event": f"Forbidden: /pre-enregistrement/{token}/"})["event"]
        assert told == "Forbidden: /pre-enregistrement/…/"
        cut_short = without_values(None, "warning", {"event": f"Gone: /pre-enregistrement/{token[:-4]}"})[
            "event"
        ]
        assert cut_short == "Gone: /pre-enregistrement/…"


def test_the_link_of_a_forgotten_password_loses_its_key():
    user = UserFactory.build()
    key = PasswordResetTokenGenerator().make_token(user)
    path = f"/compte/password/reset/key/{user_pk_to_url_str(user)}-{key}/"
    told = without_values(None, "warning", {"event": f"Forbidden: {path}"})["event"]
    assert told == "Forbidden: /compte/password/reset/key/…/"


@pytest.mark.parametrize(
    "event",
    [
        "Not Found: /g/rives/droits/0193f6aa-3b1c-7d2e-9f00-0123456789ab/confirmer/",
        "connected to http://127.0.0.1:8000/sante/pret at 12:30:05",
        "Task portal.dispatch.tasks.send[0193f6aa-3b1c-7d2e-9f00-0123456789ab] succeeded",
    ],
)
def test_other_lines_are_kept(event):
    assert without_values(None, "info", {"event": event})["event"] == event


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_and_id(group, administrator, client_for, capsys, settings):
    from portal.foundation.tenancy import tenant

    with tenant(group.id):
        PersonFactory(birth_name="SECRETE")
    stream = logging.StreamHandler()
    stream.setFormatter(logging.getLogger().handlers[0].formatter or logging.Formatter("%(message)s"))
    lines: list[str] = []
    stream.emit = lambda record: lines.append(json.dumps(record.msg, default=str))  # type: ignore[method-assign]
    logger = logging.getLogger("requests")
    logger.addHandler(stream)
    logger.setLevel(logging.INFO)
    try:
        answer = client_for(administrator).get(f"/g/{group.slug}/recherche/?q=SECRETE")
    finally:
        logger.removeHandler(stream)
    assert "SECRETE" not in "".join(lines)
    assert "recherche/" in "".join(lines)
    assert answer["X-Request-ID"] in "".join(lines)
