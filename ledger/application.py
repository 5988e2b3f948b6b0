"""The ledger: the one truth about what happened in every case.

    ledger = Ledger.open("sqlite:////var/lib/waakvlam/ledger.db", clock=SystemClock(), keys=keys)
    with ledger.writing() as w:                # see ledger/writing.py
        w.append(drafts)
    for notification in ledger.notifications(after=position, limit=2000): ...
    ledger.history(case)

What is committed stays, counts once, and is passed over by no reader; versions of a case and positions of the ledger
have no gaps; `recorded_at` never goes back, also when the machine's clock does. Safe to share between threads, and
between processes that each open it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ledger import errors, library, record, sealing, tables, waiting
from ledger.database import UNLESS_TOLD, Statements
from ledger.model import Counts, Finding, Notification, OutboxRow, Parked, Promise
from ledger.proofs import Proofs
from ledger.record import Record
from ledger.recorders import LedgerRecorder, kept, open_recorder
from ledger.sealing import KeyStore
from ledger.servers import Limits
from ledger.verification import Chain, Whole
from ledger.writing import Writing
from waakvlam.clock import Clock

_PAGE = 2000


class Ledger:
    """An open ledger."""

    def __init__(self, recorder: LedgerRecorder, *, clock: Clock, keys: KeyStore | None) -> None:
        self._recorder = recorder
        self._clock = clock
        self._keys = keys
        self.proofs = Proofs(recorder)
        self._library = library.Library(recorder.reading)  # asked for as long as this ledger is open

    @classmethod
    def open(cls, url: str, *, clock: Clock, keys: KeyStore | None = None, limits: Limits = UNLESS_TOLD) -> "Ledger":
        """Open the ledger that a URL names (sqlite:///path, postgresql://…); its tables are made when missing.

        Without `keys` it can be read and written, but nothing personal sealed or opened.
        """
        return cls(open_recorder(url, limits=limits), clock=clock, keys=keys)

    def close(self) -> None:
        """Let go of the database; the key store stays the caller's."""
        self._library.close()
        self._recorder.close()

    def set_schemas_down(self) -> int:
        """Set the schemas of this version down, for readers of another version; return how many were new."""
        with self._recorder.writing() as statements:
            return library.set_down(statements)

    def now(self) -> int:
        """Return the time of the ledger's clock, in microseconds since 1970 UTC."""
        return self._clock.micros()

    # Writing.

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open ONE transaction under the ledger's write lock; an exception undoes all that was done in it."""
        with self._recorder.writing() as statements:
            writing = Writing(statements, self._recorder, clock_at=self._clock.micros(), keys=self._keys)
            try:
                yield writing
                writing.flush()
            finally:
                writing.end()

    def promise_time(self) -> Promise:
        """Fix a moment: every event that is appended LATER gets a `recorded_at` after it; also across restarts."""
        with self._recorder.writing() as statements:
            state = tables.state(statements)
            time = max(self._clock.micros(), state["recorded_at"], state["promised_at"])
            tables.set_state(statements, {"promised_at": time})
            return Promise(time=time, position=state["position"])

    # Reading.

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Open a transaction that only reads, for tables that have a module of their own (`ledger.aside`, …)."""
        with self._recorder.reading() as statements:
            yield statements

    def history(self, case: str) -> list[Record]:
        """Return a case's records in order of version; empty when there is no such case."""
        with kept():
            return [record.decode(event.state) for event in self._recorder.select_events(case)]

    def notifications(self, *, after: int, limit: int = _PAGE) -> list[Notification]:
        """Return the records at the positions after `after`, in order; what is returned is never preceded by a later commit."""
        with kept():
            found = self._recorder.select_notifications(after, limit, inclusive_of_start=False)
        return [Notification(each.id, each.state) for each in found]

    def head(self) -> int:
        """Return the last position; 0 for an empty ledger."""
        with self._recorder.reading() as statements:
            return tables.state(statements)["position"]

    def latest(self) -> int:
        """Return the latest instant that the ledger has recorded or promised; no machine's clock is behind it for us."""
        with self._recorder.reading() as statements:
            state = tables.state(statements)
            return max(state["recorded_at"], state["promised_at"])

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Return the SHA-256 of the value with which each of these events came in; ids that never came in are left out."""
        with self.writing() as w:
            return {event_id: known.content for event_id, known in w.known(ids).items()}

    def record(self, event_id: str) -> tuple[int, Record] | None:
        """Return where an event stands and what it says; None when it is not in the ledger."""
        question = "SELECT position, case_id, version FROM seen WHERE event_id = ? AND verdict = ?"
        with self._recorder.reading() as statements:
            found = statements.rows(question, (tables.key(event_id), tables.ACCEPTED))
            if not found:
                return None
            position, case, version = found[0]
            body = statements.value(
                "SELECT state FROM stored_events WHERE originator_id = ? AND originator_version = ?", (case, version)
            )
        if body is None:
            raise errors.Damaged(f"version {version} of case {case} is in the register but not in the ledger")
        return position, record.decode(body)

    def unseal(self, sealed: Record) -> dict[str, Any]:
        """Return a record's personal values; raises Erased when the case's key was destroyed."""
        return sealing.unseal(sealed, self._key_store())

    def positions(self, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return how far each of these topic partitions was read; those never read are absent."""
        with self._recorder.reading() as statements:
            return tables.positions_of(statements, pairs)

    def counts(self) -> Counts:
        """Return numbers for gauges and summaries; it reads whole tables, so ask every minute rather than every second."""
        with self._recorder.reading() as statements:
            numbers = {
                name: int(statements.value(f"SELECT count(*) FROM {question}"))  # noqa: S608 - our own tables
                for name, question in (
                    ("cases", "heads WHERE caseless = 0"),
                    ("persons", "persons"),
                    ("aliases", "aliases"),
                    ("parked", "parked"),
                    ("outbox", "outbox"),
                )
            }
            question = "SELECT count(*) FROM parked WHERE due_at <= ?"
            overdue = int(statements.value(question, (self._clock.micros(),)))
            return Counts(events=tables.state(statements)["position"], parked_overdue=overdue, **numbers)

    def parked_now(self) -> int:
        """Return how many events wait for their case."""
        with self._recorder.reading() as statements:
            return int(statements.value("SELECT count(*) FROM parked"))

    def parked_overdue(self, limit: int = 100) -> list[Parked]:
        """Return events that wait past their deadline, the longest first."""
        with self._recorder.reading() as statements:
            return waiting.overdue(statements, self._clock.micros(), limit, self._key_store())

    # The outbox.

    def receipts_pending(self, limit: int = _PAGE) -> list[OutboxRow]:
        """Return messages that must still be published, in order of commit."""
        with self._recorder.reading() as statements:
            return waiting.outbox(statements, limit)

    def receipts_sent(self, ids: Sequence[int]) -> None:
        """Take messages out of the outbox, after the broker has confirmed them."""
        with self._recorder.writing() as statements:
            statements.execute_in("DELETE FROM outbox WHERE id {in}", ids)

    # Erasing and proving.

    def finish_erasures(self) -> int:
        """Do what was decided and not yet done (`Writing.decide_erasure`); return the number of cases. Again is harmless.

        The keys that a case had when it was decided are destroyed, its persons forgotten and what waits for it dropped.
        The records stay, with all hashes and counts; what was sealed in them can never be read again. The labels p1,
        p2, … stay taken, so that nobody who comes later is mistaken for someone who was forgotten.
        """
        with self._recorder.reading() as statements:
            rows = tables.erasures(statements, only_open=True)
        for event_id, case, key_version in rows:
            self._key_store().destroy(case, through=key_version)
            with self._recorder.writing() as statements:
                tables.erased(statements, event_id, case, self._clock.micros())
        return len({case for _, case, _ in rows})

    def erase_again(self) -> int:
        """Destroy once more the keys of all that was ever erased, after a key store came back from a backup."""
        with self._recorder.reading() as statements:
            rows = tables.erasures(statements, only_open=False)
        return sum(self._key_store().destroy(case, through=key_version) for _, case, key_version in rows)

    def verify(self, case: str) -> list[Finding]:
        """Derive one case's chain anew; return what is wrong with it, nothing when all is well."""
        with self._recorder.reading() as statements:
            rows = statements.rows(
                "SELECT originator_version, state FROM stored_events WHERE originator_id = ? ORDER BY originator_version",
                (case,),
            )
            head = statements.rows("SELECT version, digest FROM heads WHERE case_id = ?", (case,))
        chain = Chain(case)
        findings = [finding for version, body in rows for finding in chain.follow(body, version=version)]
        if rows or head:
            version, digest = head[0] if head else (0, b"")
            findings += chain.ends(version=version, digest=digest)
        return findings

    def verify_all(self) -> Iterator[Finding]:
        """Derive the whole ledger anew, in pages; yield what is wrong.

        It may run beside writers: the last page and the heads are read from one snapshot.
        """
        whole = Whole()
        column = self._recorder.position_column
        question = (
            f"SELECT originator_id, originator_version, {column}, state FROM stored_events "  # noqa: S608 - our own name
            f"WHERE {column} > ? ORDER BY {column} LIMIT {_PAGE}"
        )
        full = True
        while full:
            with self._recorder.reading() as statements:
                page = statements.rows(question, (whole.position,))
                full = len(page) == _PAGE
                heads = [] if full else statements.rows("SELECT case_id, version, digest FROM heads")
                last = tables.state(statements)["position"]
            for row in page:
                yield from whole.follow(*row)
        yield from whole.ends(last, heads)

    def _key_store(self) -> KeyStore:
        if self._keys is None:
            raise errors.Fault("this ledger was opened without a key store: it can open and erase nothing")
        return self._keys
