"""What people told at the board and the ledger has not told back yet: kept byte for byte, sealed, until its receipt comes.

Unlike the view, this cannot be read again from the ledger. What is kept may hold words about people, so it lies sealed
with the board's own key, and nothing of it is left once a receipt has come. What stays says that something was told, by
whom, and what became of it.
"""

import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.database import Database

TABLES = (
    """CREATE TABLE IF NOT EXISTS board_outbox (
        event_id text PRIMARY KEY, action text NOT NULL, lock text NOT NULL, subject text NOT NULL, case_id text NOT NULL,
        by_whom text NOT NULL, mark text NOT NULL, key bytea NOT NULL, headers text NOT NULL, value bytea NOT NULL, sent_at bigint NOT NULL,
        state text NOT NULL, settled_at bigint, field text, reason text)""",
    "CREATE INDEX IF NOT EXISTS board_outbox_case ON board_outbox (case_id)",
    "CREATE INDEX IF NOT EXISTS board_outbox_waiting ON board_outbox (sent_at) WHERE state = 'sent'",
)
_COLUMNS = "event_id, action, lock, subject, case_id, by_whom, mark, key, headers, value, sent_at, state, settled_at, field, reason"
_NONCE_BYTES = 12


class Unopened(Exception):
    """What was kept was sealed with another key than this board's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An event that the board sent, and what became of it: `sent`, `parked`, `recorded` or `refused`. Times are micros.

    `sealed` is empty once it is recorded or refused. `subject` is what the action was done to, `mark` stands for what was
    filled in, so that the same click is told apart from another.
    """

    event_id: str
    action: str
    lock: str
    subject: str
    case_id: str
    by: str
    mark: str
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    sealed: bytes
    sent_at: int
    state: str = "sent"
    settled_at: int | None = None
    field: str | None = None
    reason: str | None = None


class Seal:
    """The board's own key for what waits. Without a secret it lasts as long as the process."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._key = sha256(b"waakvlam board outbox|" + (secret or secrets.token_bytes(32))).digest()

    def shut(self, event_id: str, value: bytes) -> bytes:
        """Seal a value; it opens under its own event's id alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, value, event_id.encode())

    def open(self, event_id: str, sealed: bytes) -> bytes:
        """Return what was sealed; raises Unopened when it was with another key."""
        try:
            return AESGCM(self._key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], event_id.encode())
        except (InvalidTag, ValueError):
            raise Unopened(event_id) from None

    def mark(self, text: str) -> str:
        """Return what stands for a text: equal for equal texts, and nothing can be read from it without the key."""
        return hmac.new(self._key, text.encode(), sha256).hexdigest()


class Outbox:
    """The table of what was sent."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.create(TABLES)

    def keep(self, sent: Sent) -> bool:
        """Keep what is about to be sent; False when something was sent under this id before."""
        whose = (sent.event_id, sent.action, sent.lock, sent.subject, sent.case_id, sent.by, sent.mark)
        what = (sent.key, _headers_text(sent.headers), sent.sealed, sent.sent_at, sent.state, None, None, None)
        row = (*whose, *what)
        with self.database.transaction() as t:
            sql = f"""INSERT INTO board_outbox ({_COLUMNS}) VALUES ({",".join("?" * len(row))})
                      ON CONFLICT (event_id) DO NOTHING"""  # noqa: S608 - our own names
            return t.execute(sql, row) == 1

    def sent(self, *, case: str | None = None, event_id: str | None = None, state: str | None = None) -> list[Sent]:
        """Return what was sent, oldest first, of one case, with one id or in one state."""
        asked = {"case_id": case, "event_id": event_id, "state": state}
        given = {name: value for name, value in asked.items() if value is not None}
        where = " AND ".join(f"{name} = ?" for name in given) or "1 = 1"
        sql = f"SELECT {_COLUMNS} FROM board_outbox WHERE {where} ORDER BY sent_at, event_id"  # noqa: S608 - our own names
        with self.database.reading() as t:
            return [_sent(row) for row in t.rows(sql, tuple(given.values()))]

    def count(self, state: str | None = None) -> int:
        """Return how much was sent in all, or is in one state."""
        with self.database.reading() as t:
            if state is None:
                return int(t.value("SELECT count(*) FROM board_outbox"))
            return int(t.value("SELECT count(*) FROM board_outbox WHERE state = ?", (state,)))

    def settle(
        self, event_id: str, *, state: str, at: int | None = None, reason: str | None = None, field: str | None = None
    ) -> None:
        """Note what became of something sent; what is recorded stays recorded. What was kept of it is thrown away."""
        sql = """UPDATE board_outbox SET state = ?, settled_at = ?, reason = ?, field = ?, value = ?, mark = ''
                 WHERE event_id = ? AND state <> 'recorded'"""
        if state == "parked":  # it waits at intake; another receipt will follow
            sql = sql.replace(", value = ?, mark = ''", ", mark = mark || ?")
        with self.database.transaction() as t:
            t.execute(sql, (state, at, reason, field, "" if state == "parked" else b"", event_id))


def _headers_text(headers: Iterable[tuple[str, bytes]]) -> str:
    return json.dumps([[name, value.decode()] for name, value in headers])


def _sent(row: Sequence[Any]) -> Sent:
    event_id, action, lock, subject, case, by, mark, key, headers, sealed, sent_at, state, settled_at, field, reason = (
        row
    )
    return Sent(
        event_id=event_id,
        action=action,
        lock=lock,
        subject=subject,
        case_id=case,
        by=by,
        mark=mark,
        key=bytes(key),
        headers=tuple((name, text.encode()) for name, text in json.loads(headers)),
        sealed=bytes(sealed),
        sent_at=sent_at,
        state=state,
        settled_at=settled_at,
        field=field,
        reason=reason,
    )
