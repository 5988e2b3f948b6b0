"""The look log: who looked at which case, when, for what and on whose behalf. Lines are only ever added, each chained.

A list of cases is one line too: it says how many stood in it and their digest, and which they were stands beside it. Instants
are micros of the wall clock: a fast clock that the rest of the system may run on says nothing about when somebody looked.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.database import Database, Statements
from ledger.staff import known_as
from services.board.access import tables
from services.board.access.line import NAMES, Line, Look, chained, digest_of, hash_of
from services.board.access.tables import FIRST
from waakvlam.clock import Clock

PAGE: Final = 200
_COLUMNS: Final = ", ".join(NAMES)
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which looks are asked for: at cases whose id begins so, by one person, from an instant on and before one (micros)."""

    case: str = ""
    person: str = ""
    since: int | None = None
    until: int | None = None

    def where(self) -> tuple[str, list[Any]]:
        """Return it as a condition for SQL, and its values."""
        conditions, values = ["1 = 1"], list[Any]()
        if self.case:
            in_list = "position IN (SELECT position FROM looks_shown WHERE case_id >= ? AND case_id < ?)"
            conditions.append(f"(case_id >= ? AND case_id < ? OR {in_list})")
            values += [self.case, self.case + "~"] * 2
        for condition, value in (
            ("person = ?", known_as(self.person) or None),
            ("at >= ?", self.since),
            ("at < ?", self.until),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        return " AND ".join(conditions), values


EVERYTHING: Final = Sought()


class LookLog:
    """The log in a database; the same for SQLite and PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self._clock = database, clock
        tables.make(database)

    def add(self, looks: Sequence[Look], *, within: Statements | None = None) -> None:
        """Write looks that belong together, all or none; raises a ledger fault when they cannot be written.

        `within` is a transaction of the same database that they are to be a part of.
        """
        if looks:
            self._write([(look, ()) for look in looks], within)

    def add_list(self, look: Look, cases: Iterable[str]) -> None:
        """Write a look at a list of cases; nothing when no case stands in it."""
        shown = sorted(set(cases))
        if shown:
            self._write([(replace(look, shown=len(shown), digest=digest_of(shown)), shown)], None)

    def find(
        self, *, case: str = "", person: str = "", before: int = 0, limit: int = PAGE, sought: Sought | None = None
    ) -> list[Line]:
        """Return looks, newest first: at cases whose id begins so, by one person, before a position."""
        where, values = (sought or Sought(case=case, person=person)).where()
        if before:
            where += " AND position < ?"
            values.append(before)
        sql = f"SELECT {_COLUMNS} FROM looks WHERE {where} ORDER BY position DESC LIMIT ?"  # noqa: S608 - names are ours
        with self.database.reading() as t:
            return [_line(row) for row in t.rows(sql, (*values, limit))]

    def by_case(self, lines: Sequence[Line], *, case: str = "") -> Iterator[Line]:
        """Yield lines that are about one case each: a list as one for each of its cases, or of those whose id begins so."""
        cases: dict[int, list[str]] = {}
        with self.database.reading() as t:
            sql = "SELECT position, case_id FROM looks_shown WHERE position {in} ORDER BY position, case_id"
            for position, one in t.rows_in(sql, [line.position for line in lines if line.shown]):
                cases.setdefault(position, []).append(one)
        for line in lines:
            if not line.shown:
                yield line
            yield from (line.for_case(one) for one in cases.get(line.position, ()) if one.startswith(case))

    def head(self) -> tuple[int, str]:
        """Return the position and the hash of the last line."""
        with self.database.reading() as t:
            position, said = t.rows("SELECT position, hash FROM looks_head WHERE one = 1")[0]
        return int(position), str(said)

    def hash_at(self, position: int) -> str | None:
        """Return the hash of the line at a position; None when there is none."""
        if position == 0:
            return FIRST
        with self.database.reading() as t:
            found = t.value("SELECT hash FROM looks WHERE position = ?", (position,))
        return None if found is None else str(found)

    def broken_at(self) -> int | None:
        """Return the first position at which the chain does not hold: a line was changed, taken away or added."""
        expected, previous = 0, FIRST
        for line, cases in self._with_cases():
            expected += 1
            in_order = line.position == expected and line.previous == previous and line.hash == hash_of(line)
            if not in_order or line.shown != len(cases) or line.digest != (digest_of(cases) if cases else ""):
                return expected
            previous = line.hash
        head = self.head()
        return None if head >= (expected, previous) and self.hash_at(head[0]) == head[1] else expected + 1

    def lines(self) -> Iterator[Line]:
        """Yield all lines, oldest first."""
        return (line for line, _ in self._with_cases())

    def _with_cases(self) -> Iterator[tuple[Line, list[str]]]:
        after = 0
        sql = f"SELECT {_COLUMNS} FROM looks WHERE position > ? ORDER BY position LIMIT {_AT_ONCE}"  # noqa: S608 - names are ours
        shown = "SELECT position, case_id FROM looks_shown WHERE position > ? AND position <= ?"
        while True:
            cases: dict[int, list[str]] = {}
            with self.database.reading() as t:
                found = [_line(row) for row in t.rows(sql, (after,))]
                for position, case in t.rows(shown, (after, found[-1].position)) if found else ():
                    cases.setdefault(position, []).append(case)
            if not found:
                return
            yield from ((line, cases.get(line.position, [])) for line in found)
            after = found[-1].position

    def _write(self, looks: Sequence[tuple[Look, Sequence[str]]], within: Statements | None) -> None:
        trace, now = secrets.token_hex(16), self._clock.micros()
        with nullcontext(within) if within else self.database.transaction() as t:
            # Taking the head first makes writers wait for each other, also those of another board.
            t.execute("UPDATE looks_head SET position = position + ? WHERE one = 1", (len(looks),))
            last, previous = t.rows("SELECT position, hash FROM looks_head WHERE one = 1")[0]
            lines, shown = list[Line](), list[tuple[int, str]]()
            for position, (look, cases) in enumerate(looks, int(last) - len(looks) + 1):
                line = chained(look, position=position, at=now, trace=trace, previous=previous)
                previous = line.hash
                lines.append(line)
                shown += [(position, case) for case in cases]
            _insert(t, lines, shown)
            t.execute("UPDATE looks_head SET hash = ? WHERE one = 1", (previous,))


def _insert(t: Statements, lines: Sequence[Line], shown: Sequence[tuple[int, str]]) -> None:
    sql = f"INSERT INTO looks ({_COLUMNS}) VALUES ({','.join('?' * len(NAMES))})"  # noqa: S608 - names are ours
    t.executemany(sql, [[getattr(line, name) for name in NAMES] for line in lines])
    if shown:
        t.executemany("INSERT INTO looks_shown (position, case_id) VALUES (?, ?)", shown)


def _line(row: Sequence[Any]) -> Line:
    return Line(**dict(zip(NAMES, row, strict=True)))
