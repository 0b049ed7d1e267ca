"""Writes on the group's connection. The key is sealed at once, and in no line of the journal."""

from datetime import timedelta
from typing import Any

from identities.psi.client import PsiClient
from identities.psi.failures import PsiError, PsiUnknownOutcomeError
from identities.psi.models import Connection, EstablishmentFormat
from identities.psi.queries import connection_of_group, sending_key
from identities.psi.rules import check_key, check_stop_reason
from portal.dispatch.operations import Letter, bring_forward, post
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.secrets import encrypt
from portal.journal.operations import Act, Actor, Machine, record

KEY_SET = Act("psi_key_set", "{actor} a enregistré une clé Pro Santé Identité, finissant par {end}.")
FORMAT_SET = Act(
    "psi_format_set", "{actor} a choisi le numéro d'établissement envoyé à Pro Santé Identité : {format}."
)
STOPPED = Act("psi_stopped", "{actor} a arrêté les envois à Pro Santé Identité : {reason}")
RESUMED = Act("psi_resumed", "{actor} a repris les envois à Pro Santé Identité.")
TESTED = Act("psi_tested", "{actor} a essayé la connexion à Pro Santé Identité : {said}")
LETTER = "registration.send"  # what waits for the connection
AGAIN, SECOND_LOOK = "psi.resumed", timedelta(minutes=1)
PORTAL = Machine("le portail")
TRIAL_SECONDS = 8


def set_key(*, actor: Actor, key: str) -> Connection:
    """Replaces the group's key; the next call uses it, and what a refused key had stopped goes on.

    Refuses (DomainError) what cannot be a key.
    """
    clear = check_key(key)
    values = {
        "sealed_key": encrypt(clear),
        "key_end": clear[-4:],
        "key_set_at": now(),
        "key_set_by_name": actor.actor_name,
        "failures_in_row": 0,
        "paused_until": None,
        "tested_at": None,
        "tested_ok": None,
        "tested_said": "",
    }
    connection, _ = Connection.objects.update_or_create(defaults=values)
    _say(actor, KEY_SET, end=clear[-4:])
    if connection.is_stopped and connection.stopped_by_name == PORTAL.actor_name:
        resume_sending(actor=actor)
    bring_forward(kind=LETTER)
    return connection


def choose_format(*, actor: Actor, establishment_format: str) -> Connection:
    """Refuses (DomainError) a format outside of the list."""
    if establishment_format not in EstablishmentFormat.values:
        raise DomainError("Unknown format", "Choisissez le numéro dans la liste.", "establishment_format")
    connection, _ = Connection.objects.update_or_create(
        defaults={"establishment_format": establishment_format}
    )
    _say(actor, FORMAT_SET, format=EstablishmentFormat(establishment_format).label)
    return connection


def stop_sending(*, actor: Actor, reason: str) -> None:
    """Nothing more leaves for this group; what is on the wire ends. Refuses (DomainError) no reason; twice is once."""
    said = check_stop_reason(reason)
    rows = Connection.objects.filter(is_stopped=False)
    if rows.update(is_stopped=True, stopped_at=now(), stopped_by_name=actor.actor_name, stop_reason=said):
        _say(actor, STOPPED, reason=said)


def resume_sending(*, actor: Actor) -> None:
    """What waited leaves now. Twice changes nothing."""
    rows = Connection.objects.filter(is_stopped=True)
    if rows.update(is_stopped=False, stopped_at=None, stop_reason="", failures_in_row=0, paused_until=None):
        _say(actor, RESUMED)
        bring_forward(kind=LETTER)
        post(Letter(AGAIN, {}, due_at=now() + SECOND_LOOK))  # for what a worker puts off at this very moment


def try_connection(*, actor: Actor) -> Connection:
    """Tries the key with a call that can create nobody, and keeps what it said.

    Refuses (DomainError) a group without a key, and a key replaced meanwhile. The page waits `TRIAL_SECONDS` at most.
    """
    connection = connection_of_group()
    if connection is None or not connection.sealed_key:
        raise DomainError("No key", "Enregistrez d'abord une clé.", "key")
    said, works = "La clé est acceptée et l'API répond.", True
    try:
        with PsiClient(sending_key(), TRIAL_SECONDS) as client:
            client.check_key()
    except PsiUnknownOutcomeError as error:
        said, works = (
            f"L'essai n'a pas eu de réponse utile ({error.cause}) : recommencez dans un moment.",
            False,
        )
    except PsiError as error:
        said, works = error.french, False
    tried = Connection.objects.filter(sealed_key=connection.sealed_key)
    if not tried.update(tested_at=now(), tested_ok=works, tested_said=said[:300]):
        raise DomainError("Replaced", "La clé a été remplacée pendant l'essai : essayez la nouvelle.", "key")
    connection.refresh_from_db()
    _say(actor, TESTED, said=said)
    return connection


def _say(actor: Actor, act: Act, **said: Any) -> None:
    connection_id = Connection.objects.values_list("pk", flat=True).first()
    record(actor, act, object_kind="psi_connection", object_id=connection_id, **said)
