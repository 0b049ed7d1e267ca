"""What the stand-in remembers while it runs: requests in hand, codes, tokens, sessions. One process, so one memory."""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from uuid import uuid4

from portal.sandbox.persona import Persona

CODE_SECONDS = 60
ACCESS_SECONDS = 120
REFRESH_SECONDS = 30 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_SECONDS = 4 * 3600


@dataclass
class Session:
    """One person signed in at one provider; it ends once and stays remembered."""

    provider: str
    person: Persona
    sid: str = field(default_factory=lambda: str(uuid4()))
    began_at: float = field(default_factory=time.time)
    seen_at: float = field(default_factory=time.time)
    ended_at: float | None = None

    @property
    def lives(self) -> bool:
        moment = time.time()
        rested = moment - self.seen_at > SESSION_IDLE_SECONDS or moment - self.began_at > SESSION_SECONDS
        return self.ended_at is None and not rested


@dataclass(frozen=True)
class Asked:
    """An authorization request that was found correct."""

    provider: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    scope: str
    challenge: str


@dataclass(frozen=True)
class Grant:
    """What a code or a token stands for, until when (seconds since 1970)."""

    asked: Asked
    session: Session
    ends_at: float
    kind: str = "access"

    @property
    def lives(self) -> bool:
        return time.time() < self.ends_at and self.session.lives


class Memory:
    """Every change under one lock: a code serves once, whoever asks first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        self._asked: dict[str, Asked] = {}
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}
        self._sessions: dict[str, Session] = {}

    def keep_request(self, asked: Asked) -> str:
        """Its number, for the form of the sign-in page."""
        number = secrets.token_urlsafe(16)
        self._asked[number] = asked
        return number

    def take_request(self, number: str) -> Asked | None:
        """Once: the page sent again finds nothing."""
        with self._lock:
            return self._asked.pop(number, None)

    def open_session(self, provider: str, person: Persona) -> Session:
        session = Session(provider, person)
        self._sessions[session.sid] = session
        return session

    def session(self, sid: str, provider: str) -> Session | None:
        """The living session of that number at that provider, seen now."""
        found = self._sessions.get(sid)
        if found is None or found.provider != provider or not found.lives:
            return None
        found.seen_at = time.time()
        return found

    def end_session(self, sid: str) -> None:
        with self._lock:
            found = self._sessions.get(sid)
            if found is not None and found.ended_at is None:
                found.ended_at = time.time()

    def sessions(self) -> Iterable[Session]:
        return list(self._sessions.values())

    def issue_code(self, asked: Asked, session: Session) -> str:
        code = f"{uuid4()}.{session.sid}"
        self._codes[code] = Grant(asked, session, time.time() + CODE_SECONDS, "code")
        return code

    def redeem_code(self, code: str) -> Grant | None:
        """Once, within 60 seconds, while the session lasts."""
        with self._lock:
            grant = self._codes.pop(code, None)
        return grant if grant is not None and grant.lives else None

    def keep_token(self, token: str, asked: Asked, session: Session, kind: str) -> None:
        seconds = REFRESH_SECONDS if kind == "refresh" else ACCESS_SECONDS
        self._tokens[token] = Grant(asked, session, time.time() + seconds, kind)

    def token(self, token: str, provider: str) -> Grant | None:
        """The living one that this provider gave."""
        grant = self._tokens.get(token)
        return grant if grant is not None and grant.lives and grant.asked.provider == provider else None

    def revoke(self, token: str) -> None:
        self._tokens.pop(token, None)


memory = Memory()
