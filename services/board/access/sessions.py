"""Who is logged in: sessions on the server's side, known by a random token of which only the hash is kept.

They stand beside the look log, so they outlive a restart and the view. A session ends when nobody did anything for a
while, at the end of a working day whatever was done, and when somebody logs out. A new login always gets a new token, so
a token that was planted beforehand opens nothing. Instants are micros of the wall clock.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.database import Database, Statements
from services.board.rights import Person, Role
from waakvlam.clock import Clock

TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS sessions (
        token text PRIMARY KEY, person text NOT NULL, roles text NOT NULL, municipalities text NOT NULL,
        team text, id_token text NOT NULL, begun_at bigint NOT NULL, seen_at bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS logins (
        token text PRIMARY KEY, state text NOT NULL, nonce text NOT NULL, verifier text NOT NULL,
        towards text NOT NULL, begun_at bigint NOT NULL)""",
)
LOGIN_SECONDS: Final = 600
MINUTE: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts without anybody doing anything, and how long at most; minutes."""

    idle: int = 30
    absolute: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in."""

    token: str
    person: Person
    id_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login that was begun in this browser and must come back to it."""

    state: str
    nonce: str
    verifier: str
    towards: str


class Sessions:
    """Sessions and logins under way, in a database."""

    def __init__(self, database: Database, clock: Clock, lifetimes: Lifetimes) -> None:
        self._database, self._clock, self.lifetimes = database, clock, lifetimes
        database.create(TABLES)

    def open(self, person: Person, *, id_token: str) -> str:
        """Begin a session; return its token."""
        token, now = secrets.token_urlsafe(32), self._clock.micros()
        row = (
            _hashed(token),
            person.id,
            _packed(person.roles),
            _packed(person.municipalities),
            person.team,
            id_token,
            now,
            now,
        )
        with self._database.transaction() as t:
            self.forget_sessions(t, now)
            t.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return token

    def find(self, token: str, *, touch: bool) -> Session | None:
        """Return the session that a token opens, if it lasts; `touch` says that somebody does something now."""
        now = self._clock.micros()
        sql = "SELECT person, roles, municipalities, team, id_token, seen_at FROM sessions WHERE token = ? AND begun_at > ? AND seen_at > ?"
        with self._database.reading() as t:
            found = t.rows(sql, (_hashed(token), *self._oldest(now)))
        if not found:
            return None
        person, roles, municipalities, team, id_token, seen_at = found[0]
        if touch and now - int(seen_at) > MINUTE // 2:  # not at every request: a write each would be the dearest part
            with self._database.transaction() as t:
                t.execute("UPDATE sessions SET seen_at = ? WHERE token = ?", (now, _hashed(token)))
        somebody = Person(
            id=person,
            roles=frozenset(Role(one) for one in json.loads(roles)),
            municipalities=frozenset(json.loads(municipalities)),
            team=team,
        )
        return Session(token=token, person=somebody, id_token=id_token)

    def close(self, token: str) -> None:
        """End a session."""
        with self._database.transaction() as t:
            t.execute("DELETE FROM sessions WHERE token = ?", (_hashed(token),))

    def forget_sessions(self, t: Statements, before: int) -> int:
        """Throw away the sessions that ended before an instant; return how many."""
        return t.execute("DELETE FROM sessions WHERE begun_at <= ? OR seen_at <= ?", self._oldest(before))

    @staticmethod
    def forget_logins(t: Statements, before: int) -> int:
        """Throw away the logins that could not be ended any more before an instant; return how many."""
        return t.execute("DELETE FROM logins WHERE begun_at <= ?", (before - LOGIN_SECONDS * 1_000_000,))

    def begin_login(self, begun: Begun) -> str:
        """Keep what a login must come back with; return the token for the browser's cookie."""
        token, now = secrets.token_urlsafe(32), self._clock.micros()
        with self._database.transaction() as t:
            self.forget_logins(t, now)
            t.execute(
                "INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?)",
                (_hashed(token), begun.state, begun.nonce, begun.verifier, begun.towards, now),
            )
        return token

    def end_login(self, token: str) -> Begun | None:
        """Return what was kept, once: a second time there is nothing."""
        oldest = self._clock.micros() - LOGIN_SECONDS * 1_000_000
        sql = "SELECT state, nonce, verifier, towards FROM logins WHERE token = ? AND begun_at > ?"
        with self._database.transaction() as t:
            found = t.rows(sql, (_hashed(token), oldest))
            t.execute("DELETE FROM logins WHERE token = ?", (_hashed(token),))
        if not found:
            return None
        state, nonce, verifier, towards = found[0]
        return Begun(state=state, nonce=nonce, verifier=verifier, towards=towards)

    def _oldest(self, now: int) -> tuple[int, int]:
        return now - self.lifetimes.absolute * MINUTE, now - self.lifetimes.idle * MINUTE


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _packed(values: Iterable[str]) -> str:
    return json.dumps(sorted(values))
