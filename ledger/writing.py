"""Writing to the ledger: one transaction in which events and everything that hangs on them stand or fall together.

    with ledger.writing() as w:
        known = w.known(ids)
        positions = w.append(drafts)
        w.outbox(receipts)
        w.move_position("agency.politie-nn", 0, old, new)

Appended events get their versions, digests and positions at once, and are sent to the database together: before the
next question, and at the end. Every question is asked for a whole batch; none needs to be asked per event.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from eventsourcing.persistence import StoredEvent

from ledger import errors, record, sealing, tables, waiting
from ledger.database import Row, Statements
from ledger.model import Alias, Draft, Head, Known, OutboxRow, Parked, PersonMatch
from ledger.record import Record
from ledger.recorders import LedgerRecorder
from ledger.sealing import KeyStore

_NO_HEAD = Head(version=0, digest=record.NOTHING_BEFORE, last_at=0, municipality="")
_KNOWN = "SELECT event_id, source, content, case_id, position, verdict, version, recorded_at FROM seen"
_HISTORY = (
    "SELECT originator_id, state FROM stored_events WHERE originator_id {in} ORDER BY originator_id, originator_version"
)

_stream_of = lru_cache(maxsize=1024)(record.stream_of)


class Writing:
    """What can be done inside `with ledger.writing() as w`. Any exception undoes all of it.

    `now` is the `recorded_at` of everything appended here: never before that of an earlier event, and always after
    every time that was promised (`Ledger.promise_time`).
    """

    def __init__(
        self, statements: Statements, recorder: LedgerRecorder, *, clock_at: int, keys: KeyStore | None
    ) -> None:
        state = tables.state(statements)
        self.now = max(clock_at, state["recorded_at"], state["promised_at"] + 1)
        self._open: Statements | None = statements
        self._recorder = recorder
        self._keys = keys
        self._position = state["position"]
        self._heads: dict[str, Head] = {}
        self._caseless: dict[str, bool] = {}
        self._appended: list[tuple[StoredEvent, Draft]] = []

    # What is known already.

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Return what the register holds about those of these event ids that came in before."""
        self.flush()
        asked = {tables.key(event_id): event_id for event_id in ids}
        rows = self.statements.rows_in(f"{_KNOWN} WHERE event_id {{in}}", asked)
        return {asked[row[0]]: Known(*row[1:]) for row in rows}

    def cases_by_alias(self, aliases: Iterable[Alias]) -> dict[Alias, str]:
        """Return the case of each file number that has one."""
        self.flush()
        by_agency: dict[str, dict[str, str]] = {}
        for agency, reference in aliases:
            by_agency.setdefault(agency, {})[tables.key(reference)] = reference
        question = "SELECT reference, case_id FROM aliases WHERE agency = ? AND reference {in}"
        return {
            (agency, references[key]): case
            for agency, references in by_agency.items()
            for key, case in self.statements.rows_in(question, references, before=[agency])
        }

    def cases_by_person(self, pseudonyms: Iterable[str], *, since: int) -> dict[str, list[PersonMatch]]:
        """Return the cases with an event since `since` in which each person is known, the most recent first."""
        self.flush()
        question = (
            "SELECT p.pseudonym, p.case_id, h.last_at FROM persons p JOIN heads h ON h.case_id = p.case_id "
            "WHERE h.last_at >= ? AND p.pseudonym {in}"
        )
        found: dict[str, list[PersonMatch]] = {}
        asked = {tables.key(pseudonym): pseudonym for pseudonym in pseudonyms}
        rows = self.statements.rows_in(question, asked, before=[since])
        for key, case, last_at in sorted(rows, key=lambda row: (-row[2], row[1])):
            found.setdefault(asked[key], []).append(PersonMatch(case, last_at))
        return found

    def heads(self, cases: Iterable[str]) -> dict[str, Head]:
        """Return where the chains of those of these cases that exist stand, with what was appended here."""
        wanted = set(cases)
        self._load_heads(wanted)
        return {case: self._heads[case] for case in wanted if self._heads[case].version}

    def persons(self, case: str) -> dict[str, str]:
        """Return the pseudonyms known in a case with their labels."""
        return self.persons_of([case])[case]

    def persons_of(self, cases: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return for each of these cases the pseudonyms known in it with their labels."""
        self.flush()
        found: dict[str, dict[str, str]] = {case: {} for case in cases}
        question = "SELECT case_id, pseudonym, label FROM persons WHERE case_id {in}"
        for case, pseudonym, label in self.statements.rows_in(question, found):
            found[case][pseudonym] = label
        return found

    def history(self, case: str) -> list[Record]:
        """Return a case's records in order of version, with what was appended here."""
        return self.histories([case])[case]

    def histories(self, cases: Iterable[str]) -> dict[str, list[Record]]:
        """Return the histories of many cases at once."""
        self.flush()
        found: dict[str, list[Record]] = {case: [] for case in cases}
        for case, body in self.statements.rows_in(_HISTORY, found):
            found[case].append(record.decode(bytes(body)))
        return found

    # What is added.

    def append(self, drafts: Sequence[Draft]) -> list[int]:
        """Append events, in this order; return their positions.

        Each becomes the next of its case's chain, with its personal values sealed under the case's key. The register of
        ids, heads, persons and aliases follow. Raises AlreadyRecorded, AliasTaken or Conflict here or at the next
        question or the end; nothing of the transaction is kept then.
        """
        self._load_heads({draft.case for draft in drafts})
        keys = self.keys_for({draft.case for draft in drafts if draft.personal})
        for draft in drafts:
            self._appended.append((self._next(draft, keys), draft))
        self._position += len(drafts)
        return list(range(self._position - len(drafts) + 1, self._position + 1))

    def remember(self, event_id: str, *, source: str, content: bytes, verdict: str, case: str | None = None) -> None:
        """Enter an event id in the register though nothing was appended for it (it was refused, say).

        An id that was accepted stays so: that raises AlreadyRecorded.
        """
        self.flush()
        tables.see(self.statements, [(event_id, source, content, verdict, case, None, None, self.now)])

    def park(self, parked: Parked) -> None:
        """Let an event wait for its case, its bytes sealed under a key of its agency; its id is remembered."""
        self.remember(parked.event_id, source=parked.source, content=parked.content, verdict="parked", case=parked.case)
        name = waiting.key_name(parked.agency)
        waiting.park(self.statements, parked, self.keys_for({name})[name])

    def parked(self, aliases: Iterable[Alias] = (), *, cases: Iterable[str] = ()) -> list[Parked]:
        """Return what waits under these file numbers or for these cases, in the order in which it was parked."""
        return waiting.parked_for(self.statements, aliases, cases, self._key_store())

    def unpark(self, ids: Iterable[str]) -> None:
        """Take events out of the waiting room; their ids stay in the register."""
        self.statements.execute_in("DELETE FROM parked WHERE event_id {in}", map(tables.key, ids))

    def outbox(self, rows: Iterable[OutboxRow]) -> None:
        """Hand over messages that are published after the commit, in this order."""
        waiting.send(self.statements, rows)

    def ask_for_proofs(self, rows: Iterable[tuple[str, str, int]]) -> None:
        """Note that senders want proof of events they sent: (event id, agency, position) of each."""
        tables.ask(self.statements, list(rows))

    # What follows a repair of a wrong link or split, and a decision to erase.

    def rebind(self, aliases: Iterable[Alias], old: str, new: str) -> None:
        """Let file numbers of one case belong to another from now on; those that were not its own stay where they are."""
        self.flush()
        tables.rebind(self.statements, aliases, old, new)

    def forget(self, case: str, pseudonyms: Iterable[str]) -> None:
        """Take persons out of the index of a case in which nothing is told of them any more."""
        labels = self.persons(case)
        tables.forget(self.statements, case, [labels[one] for one in sorted(pseudonyms)])

    def decide_erasure(self, event_id: str, case: str) -> None:
        """Write down that what was told of a case so far is to be erased; `Ledger.finish_erasures` does it."""
        self.flush()
        tables.decide_erasure(self.statements, event_id, case, self._key_store().newest(case), self.now)

    def unseal(self, sealed: Record) -> dict[str, Any]:
        """Return a record's personal values; raises Erased when the case's key was destroyed."""
        return sealing.unseal(sealed, self._key_store())

    # How far was read.

    def positions(self, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return how far each of these topic partitions was read; those never read are absent."""
        return tables.positions_of(self.statements, pairs)

    def move_position(self, topic: str, partition: int, old: int | None, new: int) -> None:
        """Set a read position if it still is `old` (None: if there is none yet); raises Fenced if it is not."""
        if old is None:
            sql = "INSERT INTO positions (read_to, topic, part) VALUES (?, ?, ?) ON CONFLICT (topic, part) DO NOTHING"
            touched = self.statements.execute(sql, (new, topic, partition))
        else:
            sql = "UPDATE positions SET read_to = ? WHERE topic = ? AND part = ? AND read_to = ?"
            touched = self.statements.execute(sql, (new, topic, partition, old))
        if touched != 1:
            raise errors.Fenced.because_moved(topic, partition, old)

    # How it is done.

    def end(self) -> None:
        """Make this object useless: its transaction has ended."""
        self._open = None

    @property
    def statements(self) -> Statements:
        """This transaction, for tables that have a module of their own (`ledger.aside`, `ledger.memos`, …)."""
        if self._open is None:
            raise errors.Fault("this transaction has ended; open another with ledger.writing()")
        return self._open

    def flush(self) -> None:
        """Send what was appended to the database, still inside the transaction."""
        if not self._appended:
            return
        appended, self._appended = self._appended, []
        positions = self._recorder.insert(self.statements, [event for event, _ in appended])
        if positions.stop - 1 != self._position:
            raise errors.Damaged(f"the ledger gave position {positions.stop - 1} where {self._position} was due")
        tables.set_state(self.statements, {"recorded_at": self.now})
        self._flush_register(appended, positions)
        self._flush_heads({draft.case for _, draft in appended})
        self._flush_names([draft for _, draft in appended])

    def _flush_register(self, appended: list[tuple[StoredEvent, Draft]], positions: range) -> None:
        tables.see(self.statements, [self._seen(*one) for one in zip(appended, positions, strict=True)])

    def _seen(self, one: tuple[StoredEvent, Draft], position: int) -> Row:
        event, draft = one
        told = (draft.event_id, draft.source, draft.content, tables.ACCEPTED)
        return (*told, draft.case, event.originator_version, position, self.now)

    def _flush_heads(self, cases: Iterable[str]) -> None:
        heads = [(case, self._heads[case]) for case in sorted(cases)]
        rows = [
            (case, head.version, head.digest, head.last_at, head.municipality, int(self._caseless[case]))
            for case, head in heads
        ]
        tables.lead(self.statements, rows)

    def _flush_names(self, drafts: list[Draft]) -> None:
        tables.name(self.statements, {(*alias, draft.case) for draft in drafts for alias in draft.aliases})
        persons = {(person, draft.case, label) for draft in drafts for person, label in draft.persons.items()}
        tables.meet(self.statements, persons)

    def _load_heads(self, cases: set[str]) -> None:
        missing = cases - self._heads.keys()
        question = "SELECT case_id, version, digest, last_at, municipality FROM heads WHERE case_id {in}"
        for row in self.statements.rows_in(question, missing):
            self._heads[row[0]] = Head(*row[1:])
        for case in missing:
            self._heads.setdefault(case, _NO_HEAD)

    def _next(self, draft: Draft, keys: dict[str, sealing.Key]) -> StoredEvent:
        head = self._heads[draft.case]
        caseless = draft.case == _stream_of(draft.agency)
        sealed = sealing.seal_draft(draft, keys[draft.case]) if draft.personal else b""
        body = record.encode(
            Record(
                event_id=draft.event_id,
                source=draft.source,
                case=draft.case,
                caseless=caseless,
                version=head.version + 1,
                type=draft.type,
                agency=draft.agency,
                municipality=draft.municipality,
                reference=draft.reference,
                recorded_by=draft.recorded_by,
                occurred_at=draft.occurred_at,
                recorded_at=self.now,
                payload=draft.payload,
                sealed=sealed,
                previous=head.digest,
            )
        )
        municipality = head.municipality or draft.municipality
        self._heads[draft.case] = Head(head.version + 1, record.digest(body), self.now, municipality)
        self._caseless[draft.case] = caseless
        return StoredEvent(draft.case, head.version + 1, draft.type, body)

    def keys_for(self, cases: set[str]) -> dict[str, sealing.Key]:
        """Return the newest key of each of these cases, or of what else bears a name; those that are missing are made."""
        return dict(self._key_store().ensure(cases)) if cases else {}

    def _key_store(self) -> KeyStore:
        if self._keys is None:
            raise errors.Fault("this ledger was opened without a key store: it can seal and open nothing")
        return self._keys
