"""The look log in a backup: copied as one moment into a SQLite file, its chain computed anew, and put back where nothing is.

What belongs together goes together: looks, emergency access, what people kept of the list, and what was thrown away here. Sessions and logins do not:
after a restore everybody logs in. A log that is there already is never replaced: lines are only ever added.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ledger import errors
from ledger.copying import SQLITE, settle
from ledger.database import Database, Statements, open_database
from services.board import ageing, saved
from services.board.access import emergency
from services.board.access.looks import LookLog
from waakvlam.clock import FixedClock

FILE: Final = "looks.db"
OUTBOX_KEY: Final = "board-outbox.key"
"""The file with the board's own key, where WAAKVLAM_BOARD_SECRET gives none."""
_AT_ONCE: Final = 2_000
_LINES: Final = {
    "looks": "position, at, person, roles, behalf, case_id, name, activity, purpose, emergency, shown, digest, trace_id, span_id, previous, hash",
    "looks_shown": "position, case_id",
}
_BESIDE: Final = {
    "emergencies": "id, person, case_id, municipality, reason, explained, asked_at, until, judged_by, judged_at, verdict",
    "emergency_told": "person, emergency, read_at",
    "board_saved": "person, query, saved_at",
}
_ADDED: Final = {ageing.NAME: "at, kind, number, ended_before, days, source"}


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: the place and the hash of its last line, and the first place at which its chain does not hold."""

    lines: int
    head: str
    broken_at: int | None

    def told(self) -> dict[str, Any]:
        """Return it for a manifest."""
        return asdict(self)


def is_kept(url: str) -> bool:
    """Tell whether there can be a look log there: a server, or a file that exists."""
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).is_file()


def copy_out(url: str, file: Path) -> Copied:
    """Copy the look log that a URL names, which may be in use, into a new SQLite file; a broken chain is copied and told."""
    with closing(open_database(url)) as source, closing(open_database(f"{SQLITE}{file}")) as target:
        _opened(source), _opened(target)
        _copy(source, target)
        copied = _held(_opened(target))
    settle(file)
    return copied


def may_be_put_back(file: Path, url: str) -> bool:
    """Tell whether a copy must be put back; not where a log goes on from it, for that is newer. Raises Conflict for another log."""
    if not is_kept(url):
        return True
    with closing(open_database(url)) as there, closing(open_database(f"{SQLITE}{file}")) as copy:
        log, (position, head) = _opened(there), _opened(copy).head()
        if log.head()[0] == 0:
            return True
        if log.hash_at(position) != head:
            raise errors.Conflict("there is a look log that does not go on from the one in this backup")
        return False


def put_back(file: Path, url: str) -> Copied:
    """Put a copy in an empty place; raises Conflict when there are lines, for they are never replaced."""
    with closing(open_database(f"{SQLITE}{file}")) as copy, closing(open_database(url)) as target:
        if _opened(target).head()[0]:
            raise errors.Conflict("there is a look log already")
        _opened(copy)
        _copy(copy, target)
        return _held(_opened(target))


def _opened(database: Database) -> LookLog:
    """Return the log in a database, with the tables that belong to it."""
    log = LookLog(database, FixedClock(0))
    database.create([*emergency.TABLES, saved.TABLE, ageing.TABLE])
    return log


def _held(log: LookLog) -> Copied:
    lines, head = log.head()
    return Copied(lines, head, log.broken_at())


def _copy(source: Database, target: Database) -> None:
    """Copy all as one snapshot of the source, in one transaction of the target."""
    with source.reading() as s, target.transaction() as t:
        for table, columns in _LINES.items():
            for rows in _pages(s, table, columns):
                _write(t, table, columns, rows)
        for table in _BESIDE:
            t.execute(f"DELETE FROM {table}")  # noqa: S608 - names are ours, here and below
        for table, columns in (_BESIDE | _ADDED).items():
            _write(t, table, columns, s.rows(f"SELECT {columns} FROM {table} ORDER BY 1"))  # noqa: S608
        position, head = s.rows("SELECT position, hash FROM looks_head WHERE one = 1")[0]
        t.execute("UPDATE looks_head SET position = ?, hash = ? WHERE one = 1", (position, head))


def _pages(s: Statements, table: str, columns: str) -> Iterator[list[tuple[Any, ...]]]:
    last = int(s.value(f"SELECT coalesce(max(position), 0) FROM {table}"))  # noqa: S608
    sql = f"SELECT {columns} FROM {table} WHERE position > ? AND position <= ? ORDER BY position"  # noqa: S608
    for after in range(0, last, _AT_ONCE):
        yield s.rows(sql, (after, after + _AT_ONCE))


def _write(t: Statements, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(columns.split(",")))
        t.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
