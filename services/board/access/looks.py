"""The look log: who looked at which case, when, for what and on whose behalf. Lines are only ever added, each chained.

A line has the fields of LDV, the standard of Logius for logs of data processing, one line per processing and data subject; who looked is
kept beside it and joined by the same trace and span, so that a line can be handed on without a member of staff in it.
`nen7513` is the same line in the words of NEN 7513. Instants are micros of the wall clock: a fast clock that the rest of
the system may run on says nothing about when somebody looked.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from ledger.database import Database, Statements
from services.board.access.adding import only_added
from waakvlam.clock import Clock, iso

ACTIVITY: Final = "urn:nld:waakvlam:verwerkingsactiviteit:"
STATUS_OK: Final = "STATUS_CODE_OK"
FIRST: Final = "0" * 64
TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS looks (
        position bigint PRIMARY KEY, at bigint NOT NULL, person text NOT NULL, roles text NOT NULL,
        behalf text NOT NULL, case_id text NOT NULL, name text NOT NULL, activity text NOT NULL,
        purpose text NOT NULL, emergency text NOT NULL, trace_id text NOT NULL, span_id text NOT NULL,
        previous text NOT NULL, hash text NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS looks_case ON looks (case_id, position)",
    "CREATE INDEX IF NOT EXISTS looks_person ON looks (person, position)",
    "CREATE TABLE IF NOT EXISTS looks_head (one bigint PRIMARY KEY, position bigint NOT NULL, hash text NOT NULL)",
    f"INSERT INTO looks_head VALUES (1, 0, '{FIRST}') ON CONFLICT (one) DO NOTHING",  # noqa: S608 - fixed text
)
ONLY_ADDED: Final = ("looks",)
PAGE: Final = 200
NEN7513: Final = ("gebeurtenis", "tijdstip", "dossier", "gebruiker", "rol", "namens", "grondslag", "doel", "verwerking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looks at a case: an opaque id, their roles, for whom, at what, and for what."""

    person: str
    roles: str
    behalf: str
    case_id: str
    name: str
    activity: str
    purpose: str
    emergency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Look):
    """A look as it stands in the log, with its place, its instant (micros) and its chain."""

    position: int
    at: int
    trace_id: str
    span_id: str
    previous: str
    hash: str

    def ldv(self) -> dict[str, Any]:
        """Return the line as LDV has it: the processing and the data subject, not who looked."""
        return {
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "status_code": STATUS_OK,
            "name": self.name,
            "start_time": self.at // 1000,
            "end_time": self.at // 1000,
            "resource": {"name": "waakvlam-bord"},
            "attributes": {
                "dpl.core.processing_activity_id": ACTIVITY + self.activity,
                "dpl.core.data_subject_id": self.case_id,
                "dpl.core.data_subject_id_type": "waakvlam-casus",
            },
        }

    def nen7513(self) -> dict[str, str]:
        """Return the line in the words of NEN 7513: event, moment, whose file, who, on whose behalf, and why."""
        values = (
            self.name,
            iso(self.at),
            self.case_id,
            self.person,
            self.roles,
            self.behalf,
            "noodtoegang" if self.emergency else "toegewezen taak of werkgebied",
            self.purpose,
            f"{self.trace_id}-{self.span_id}",
        )
        return dict(zip(NEN7513, values, strict=True))


_NAMES: Final = tuple(one.name for one in fields(Line))
_COLUMNS: Final = ", ".join(_NAMES)


class LookLog:
    """The log in a database; the same for SQLite and PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self._clock = database, clock
        database.create(TABLES)
        only_added(database, ONLY_ADDED)

    def add(self, looks: Sequence[Look]) -> None:
        """Write looks that belong together, all or none; raises a ledger fault when they cannot be written."""
        if not looks:
            return
        trace, now = secrets.token_hex(16), self._clock.micros()
        with self.database.transaction() as t:
            # Taking the head first makes writers wait for each other, also those of another board.
            t.execute("UPDATE looks_head SET position = position + ? WHERE one = 1", (len(looks),))
            last, previous = t.rows("SELECT position, hash FROM looks_head WHERE one = 1")[0]
            lines = []
            for position, look in enumerate(looks, int(last) - len(looks) + 1):
                line = _chained(look, position=position, at=now, trace=trace, previous=previous)
                previous = line.hash
                lines.append(line)
            _insert(t, lines)
            t.execute("UPDATE looks_head SET hash = ? WHERE one = 1", (previous,))

    def find(self, *, case: str = "", person: str = "", before: int = 0, limit: int = PAGE) -> list[Line]:
        """Return looks, newest first: at cases whose id begins so, by one person, before a position."""
        conditions: list[str] = ["1 = 1"]
        values: list[Any] = []
        if case:
            conditions.append("case_id >= ? AND case_id < ?")
            values += [case, case + "~"]
        if person:
            conditions.append("person = ?")
            values.append(person)
        if before:
            conditions.append("position < ?")
            values.append(before)
        sql = f"SELECT {_COLUMNS} FROM looks WHERE {' AND '.join(conditions)} ORDER BY position DESC LIMIT ?"  # noqa: S608 - names are ours
        with self.database.reading() as t:
            return [_line(row) for row in t.rows(sql, (*values, limit))]

    def broken_at(self) -> int | None:
        """Return the first position at which the chain does not hold: a line was changed, taken away or added."""
        expected, previous = 0, FIRST
        for line in self.lines():
            expected += 1
            if line.position != expected or line.previous != previous or line.hash != _hash(line):
                return expected
            previous = line.hash
        with self.database.reading() as t:
            head = t.rows("SELECT position, hash FROM looks_head WHERE one = 1")[0]
        return None if tuple(head) >= (expected, previous) and self._holds(head) else expected + 1

    def lines(self) -> Iterator[Line]:
        """Yield all lines, oldest first."""
        after = 0
        sql = f"SELECT {_COLUMNS} FROM looks WHERE position > ? ORDER BY position LIMIT 1000"  # noqa: S608 - names are ours
        while True:
            with self.database.reading() as t:
                found = [_line(row) for row in t.rows(sql, (after,))]
            if not found:
                return
            yield from found
            after = found[-1].position

    def _holds(self, head: Sequence[Any]) -> bool:
        """Tell whether the head is a line that stands there; the log may have grown while it was read."""
        position, said = int(head[0]), str(head[1])
        if position == 0:
            return said == FIRST
        with self.database.reading() as t:
            return bool(t.value("SELECT hash FROM looks WHERE position = ?", (position,)) == said)


def _chained(look: Look, *, position: int, at: int, trace: str, previous: str) -> Line:
    line = Line(
        **asdict(look),
        position=position,
        at=at,
        trace_id=trace,
        span_id=secrets.token_hex(8),
        previous=previous,
        hash="",
    )
    return Line(**{**asdict(line), "hash": _hash(line)})


def _hash(line: Line) -> str:
    """Return SHA-256 over all of a line but its own hash, as JSON with sorted keys."""
    values = {name: value for name, value in asdict(line).items() if name != "hash"}
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _insert(t: Statements, lines: Sequence[Line]) -> None:
    sql = f"INSERT INTO looks ({_COLUMNS}) VALUES ({','.join('?' * len(_NAMES))})"  # noqa: S608 - names are ours
    t.executemany(sql, [[getattr(line, name) for name in _NAMES] for line in lines])


def _line(row: Sequence[Any]) -> Line:
    return Line(**dict(zip(_NAMES, row, strict=True)))
