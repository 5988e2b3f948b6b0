"""Sealing: what is about a person is kept under its case's own key, so that destroying the key erases it everywhere.

A sealed part is `01`, the key's version (4 bytes), a nonce (12 bytes) and AES-256-GCM over the JSON of the values. The
event's id, case, type and `occurred_at` are bound to it: moved to another record, it does not open. Sealing comes before
hashing, so an erased case still proves itself.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import errors
from ledger.database import Database, SQLiteDatabase
from ledger.model import Draft
from ledger.private import private_file
from ledger.record import Record
from waakvlam.clock import Clock

_FORMAT = b"\x01"
_HEAD = 17  # format, key version, nonce
_KEY_BYTES = 32
_TABLE = """CREATE TABLE IF NOT EXISTS keys (
    case_id text, version bigint, secret bytea, made_at bigint NOT NULL, destroyed_at bigint,
    PRIMARY KEY (case_id, version)
)"""


@dataclass(frozen=True, slots=True)
class Key:
    """A case's key. After erasure a case that goes on gets a next version."""

    version: int
    secret: bytes


class KeyStore(Protocol):
    """Where keys live: apart from the ledger, so that a copy of the ledger alone opens nothing."""

    def ensure(self, cases: Collection[str]) -> Mapping[str, Key]:
        """Return each case's newest key, made and durable when this returns."""

    def newest(self, case: str) -> int:
        """Return the version of a case's newest key, destroyed or not; 0 when it never had one."""

    def get(self, case: str, version: int) -> bytes:
        """Return a key; raises Erased when it was destroyed."""

    def destroy(self, case: str, *, through: int) -> int:
        """Destroy a case's keys up to a version for good; return how many there were."""

    def close(self) -> None:
        """Let go of the store."""


class Wrapping(Protocol):
    """How a key's secret is kept in the register: as it is, or wrapped by a vault that can destroy it everywhere."""

    def wrap(self, name: str, secret: bytes) -> bytes:
        """Return what is kept; `name` names the one key for good."""

    def unwrap(self, name: str, kept: bytes) -> bytes:
        """Return the secret; raises Erased when the vault destroyed it, Unavailable when the vault cannot be reached."""

    def destroy(self, name: str) -> None:
        """Make what was kept under this name useless, also in copies; again is harmless."""


class Bare:
    """Secrets are kept as they are: for a file on one machine."""

    def wrap(self, name: str, secret: bytes) -> bytes:  # noqa: ARG002 - one name, one secret
        """Return the secret."""
        return secret

    def unwrap(self, name: str, kept: bytes) -> bytes:  # noqa: ARG002
        """Return the secret."""
        return kept

    def destroy(self, name: str) -> None:
        """Do nothing: the register itself forgets it."""


class KeyRegister:
    """Keys in a table: which case has which versions, since when, and when they were destroyed."""

    def __init__(self, database: Database, wrapping: Wrapping, *, clock: Clock) -> None:
        self._wrapping = wrapping
        self._clock = clock
        self._database = database
        self._database.create([_TABLE])

    def ensure(self, cases: Collection[str]) -> Mapping[str, Key]:
        """Return each case's newest key; those that are missing are made in one transaction."""
        wanted = sorted(set(cases))
        with self._database.reading() as statements:
            rows = statements.rows_in("SELECT case_id, version, secret FROM keys WHERE case_id {in}", wanted)
        if len({case for case, _, secret in rows if secret is not None}) < len(wanted):
            rows = self._make(wanted)
        newest = {case: (version, bytes(kept)) for case, version, kept in sorted(rows, key=_place) if kept is not None}
        return {
            case: Key(version, self._wrapping.unwrap(_name(case, version), kept))
            for case, (version, kept) in newest.items()
        }

    def _make(self, cases: list[str]) -> list[tuple[Any, ...]]:
        question = "SELECT case_id, version, secret FROM keys WHERE case_id {in}"
        with self._database.transaction() as statements:
            newest: dict[str, tuple[int, bytes | None]] = {}
            for case, version, secret in sorted(statements.rows_in(question, cases), key=_place):
                newest[case] = (version, secret)
            missing = [case for case in cases if newest.get(case, (0, None))[1] is None]
            statements.executemany(
                "INSERT INTO keys (case_id, version, secret, made_at) VALUES (?, ?, ?, ?)",
                [self._made(case, newest.get(case, (0, None))[0] + 1) for case in missing],
            )
            return statements.rows_in(question, cases)

    def _made(self, case: str, version: int) -> tuple[str, int, bytes, int]:
        kept = self._wrapping.wrap(_name(case, version), secrets.token_bytes(_KEY_BYTES))
        return case, version, kept, self._clock.micros()

    def newest(self, case: str) -> int:
        """Return the version of a case's newest key, destroyed or not; 0 when it never had one."""
        with self._database.reading() as statements:
            return int(statements.value("SELECT max(version) FROM keys WHERE case_id = ?", (case,)) or 0)

    def get(self, case: str, version: int) -> bytes:
        """Return a key; raises Erased when it was destroyed, Damaged when there never was one."""
        with self._database.reading() as statements:
            found = statements.rows("SELECT secret FROM keys WHERE case_id = ? AND version = ?", (case, version))
        if not found:
            raise errors.Damaged(f"the key store never held key {version} of case {case}: is it the right one?")
        if found[0][0] is None:
            raise errors.Erased.because_destroyed(case, version)
        return self._wrapping.unwrap(_name(case, version), bytes(found[0][0]))

    def destroy(self, case: str, *, through: int) -> int:
        """Forget the case's keys up to a version; that they existed stays on record."""
        chosen = "case_id = ? AND version <= ? AND secret IS NOT NULL"
        with self._database.transaction() as statements:
            rows = statements.rows(f"SELECT version FROM keys WHERE {chosen}", (case, through))  # noqa: S608 - our own text
            for (version,) in rows:
                self._wrapping.destroy(_name(case, version))
            marked = (self._clock.micros(), case, through)
            statements.execute(f"UPDATE keys SET secret = NULL, destroyed_at = ? WHERE {chosen}", marked)  # noqa: S608
        return len(rows)

    def close(self) -> None:
        """Let go of the table's database."""
        self._database.close()


class FileKeyStore(KeyRegister):
    """Keys in a SQLite file of their own, readable by its owner only, overwritten when destroyed."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._path = private_file(path)
        super().__init__(SQLiteDatabase(path, secure_delete="ON"), Bare(), clock=clock)

    def destroy(self, case: str, *, through: int) -> int:
        """Overwrite the case's keys, also in the file's write-ahead log; that they existed stays on record."""
        destroyed = super().destroy(case, through=through)
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return destroyed


def _name(case: str, version: int) -> str:
    return f"{case}.{version}"


def _place(row: tuple[Any, ...]) -> tuple[str, int]:
    return row[0], row[1]


def seal(values: Mapping[str, Any], key: Key, bound: bytes) -> bytes:
    """Return the sealed part for these values, bound to an envelope (`bound_to`)."""
    nonce = os.urandom(12)
    head = _FORMAT + key.version.to_bytes(4, "big") + nonce
    return head + AESGCM(key.secret).encrypt(nonce, json.dumps(values).encode(), head[:5] + bound)


def seal_draft(draft: Draft, key: Key) -> bytes:
    """Return the sealed part of an event that is to be appended."""
    bound = bound_to(event_id=draft.event_id, case=draft.case, type_=draft.type, occurred_at=draft.occurred_at)
    return seal(draft.personal, key, bound)


def bound_to(*, event_id: str, case: str, type_: str, occurred_at: int) -> bytes:
    """Return the bytes that tie a sealed part to its event."""
    return json.dumps([event_id, case, type_, occurred_at]).encode()


def unseal(record: Record, keys: KeyStore) -> dict[str, Any]:
    """Return a record's personal values; raises Erased when the key is gone, Damaged when it does not open."""
    if not record.sealed:
        return {}
    bound = bound_to(event_id=record.event_id, case=record.case, type_=record.type, occurred_at=record.occurred_at)
    return open_sealed(record.sealed, case=record.case, bound=bound, keys=keys)


def open_sealed(sealed: bytes, *, case: str, bound: bytes, keys: KeyStore) -> dict[str, Any]:
    """Return the values of a sealed part."""
    if sealed[:1] != _FORMAT or len(sealed) < _HEAD:
        raise errors.Damaged(f"a sealed part of case {case} has an unknown form")
    secret = keys.get(case, int.from_bytes(sealed[1:5], "big"))
    try:
        clear = AESGCM(secret).decrypt(sealed[5:_HEAD], sealed[_HEAD:], sealed[:5] + bound)
    except InvalidTag:
        raise errors.Damaged(f"a sealed part of case {case} does not open with its key") from None
    values: dict[str, Any] = json.loads(clear)
    return values
