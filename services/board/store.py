"""The board's own view in SQL: open alerts, and how far each case was read.

Everything here can be thrown away and read again from the ledger; what cannot is in `services.board.outbox`. A batch and
its read positions are one transaction.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.database import Database, Statements
from ledger.record import Record
from services.board import blind, counting, marks, outbox
from services.board.emptying import empty_if_older
from services.board.news import News, news_since
from services.board.rights import EVERYTHING, Reach

TABLES = (
    "CREATE TABLE IF NOT EXISTS board_cases (case_id text PRIMARY KEY, version bigint NOT NULL)",
    """CREATE TABLE IF NOT EXISTS board_alerts (
        raised text PRIMARY KEY, alert text NOT NULL, case_id text NOT NULL, municipality text NOT NULL,
        rule text NOT NULL, agreement text NOT NULL, agreement_version bigint NOT NULL, instance text NOT NULL,
        stage text NOT NULL, due bigint NOT NULL, raised_at bigint NOT NULL, turn text NOT NULL, because text NOT NULL,
        title text NOT NULL, why text NOT NULL, weight bigint NOT NULL, legal bigint NOT NULL,
        acknowledged_at bigint, acknowledged_by text, next_step_on text, acknowledgements bigint NOT NULL,
        closed_at bigint, outcome text, raised_seq bigint NOT NULL, changed_seq bigint NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS board_alerts_open ON board_alerts (case_id) WHERE closed_at IS NULL",
    "CREATE INDEX IF NOT EXISTS board_alerts_seq ON board_alerts (changed_seq)",
    "CREATE TABLE IF NOT EXISTS board_stand (one bigint PRIMARY KEY, seq bigint NOT NULL)",
    "INSERT INTO board_stand VALUES (1, 0) ON CONFLICT (one) DO NOTHING",
    """CREATE TABLE IF NOT EXISTS board_positions (
        topic text NOT NULL, part bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (topic, part))""",
    blind.TABLE,
    *counting.TABLES,
    *marks.TABLES,
    *outbox.TABLES,
)
ALERT = (
    "raised, alert, case_id, municipality, rule, agreement, agreement_version, instance, stage, due, raised_at, turn,"
    " because, title, why, weight, legal, acknowledged_at, acknowledged_by, next_step_on, acknowledgements"
)
_NAMES = tuple(name.strip() for name in ALERT.split(","))
_SELECT = (
    f"SELECT {', '.join(f'a.{name}' for name in _NAMES)}, h.colleague, h.by_whom, h.at"  # noqa: S608 - fixed text
    " FROM board_alerts a LEFT JOIN board_handed h ON h.alert = a.alert WHERE a.closed_at IS NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert as the view holds it; `raised` is the id of the event that raised it, times are micros."""

    raised: str
    alert: str
    case_id: str
    municipality: str
    rule: str
    agreement: str
    agreement_version: int
    instance: str
    stage: str
    due: int
    raised_at: int
    turn: str
    because: tuple[str, ...] = ()
    title: str
    why: str
    weight: int
    legal: bool
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    next_step_on: str | None = None
    acknowledgements: int = 0
    handed_to: str | None = None  # a colleague who did not take it up yet
    handed_by: str | None = None
    handed_at: int | None = None


class Store:
    """The view. Its reading methods open a snapshot each; writing is done in a `Fold`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.create(TABLES)
        with database.transaction() as t:
            empty_if_older(t)

    def stand(self) -> int:
        """Return the number of the last change."""
        with self.database.reading() as t:
            return int(t.value("SELECT seq FROM board_stand WHERE one = 1"))

    def open_alerts(self, case: str | None = None) -> tuple[int, list[AlertRow]]:
        """Return the number of the last change and the open alerts at that point, of one case or of all."""
        where, values = (" AND a.case_id = ?", (case,)) if case else ("", ())
        with self.database.reading() as t:
            stand = int(t.value("SELECT seq FROM board_stand WHERE one = 1"))
            found = t.rows(f"{_SELECT}{where}", values)
        return stand, [_alert(row) for row in found]

    def open_count(self) -> int:
        """Return how many alerts are open."""
        with self.database.reading() as t:
            return int(t.value("SELECT count(*) FROM board_alerts WHERE closed_at IS NULL"))

    def alert(self, raised: str) -> AlertRow | None:
        """Return one alert that is still open."""
        with self.database.reading() as t:
            found = t.rows(f"{_SELECT} AND a.raised = ?", (raised,))
        return _alert(found[0]) if found else None

    def news(self, since: int, *, reach: Reach = EVERYTHING) -> News:
        """Return what changed after a point in what is in reach: raised and still open, picked up, or closed."""
        with self.database.reading() as t:
            return news_since(t, since, reach)

    def version_of(self, case: str) -> int:
        """Return how far a case was read; 0 for a case that was never seen."""
        with self.database.reading() as t:
            return int(t.value("SELECT version FROM board_cases WHERE case_id = ?", (case,)) or 0)

    def versions_of(self, cases: Iterable[str]) -> dict[str, int]:
        """Return how far each of these cases was read."""
        with self.database.reading() as t:
            return versions_in(t, cases)

    def cases_like(self, beginning: str, limit: int = 20) -> list[str]:
        """Return the cases whose id begins so; `beginning` is hexadecimal with dashes."""
        sql = "SELECT case_id FROM board_cases WHERE case_id >= ? AND case_id < ? ORDER BY case_id LIMIT ?"
        with self.database.reading() as t:
            return [row[0] for row in t.rows(sql, (beginning, beginning + "~", limit))]

    def positions(self) -> dict[tuple[str, int], int]:
        """Return how far each partition was read."""
        with self.database.reading() as t:
            return {(row[0], row[1]): row[2] for row in t.rows("SELECT topic, part, position FROM board_positions")}

    def is_empty(self) -> bool:
        """Tell whether nothing was ever read."""
        with self.database.reading() as t:
            return t.value("SELECT 1 FROM board_cases LIMIT 1") is None


class Fold:
    """The writes of one batch, inside one transaction."""

    def __init__(self, statements: Statements) -> None:
        self.t = statements
        self.told: list[tuple[str, int]] = []
        self.seq = int(statements.value("SELECT seq FROM board_stand WHERE one = 1"))

    def versions(self, cases: Iterable[str]) -> dict[str, int]:
        """Return how far each of the cases was read."""
        return versions_in(self.t, cases)

    def raise_alert(self, row: AlertRow) -> None:
        """Add an open alert."""
        self.seq += 1
        values = alert_values(row)
        marks = ",".join("?" * len(values))
        sql = f"""INSERT INTO board_alerts ({ALERT}, raised_seq, changed_seq) VALUES ({marks}, ?, ?)
                  ON CONFLICT (raised) DO NOTHING"""  # noqa: S608 - fixed text
        self.t.execute(sql, (*values, self.seq, self.seq))

    def close_alert(self, alert: str, *, at: int, outcome: str) -> None:
        """Close the open row of an alert."""
        self.seq += 1
        sql = (
            "UPDATE board_alerts SET closed_at = ?, outcome = ?, changed_seq = ? WHERE alert = ? AND closed_at IS NULL"
        )
        self.t.execute(sql, (at, outcome, self.seq, alert))

    def acknowledge(self, alert: str, *, at: int, by: str | None, next_step_on: str | None) -> None:
        """Note that somebody picked an alert up."""
        self.seq += 1
        sql = """UPDATE board_alerts SET acknowledged_at = ?, acknowledged_by = ?, next_step_on = ?,
                 acknowledgements = acknowledgements + 1, changed_seq = ? WHERE alert = ? AND closed_at IS NULL"""
        self.t.execute(sql, (at, by, next_step_on, self.seq, alert))

    def pass_turn(self, alert: str, *, turn: str) -> None:
        """Note whose turn it is now."""
        self.seq += 1
        sql = "UPDATE board_alerts SET turn = ?, changed_seq = ? WHERE alert = ? AND closed_at IS NULL"
        self.t.execute(sql, (turn, self.seq, alert))

    def hand_over(self, alert: str) -> None:
        """Note that an alert was handed to a colleague; to whom stands in `marks`."""
        self.seq += 1
        self.t.execute(
            "UPDATE board_alerts SET changed_seq = ? WHERE alert = ? AND closed_at IS NULL", (self.seq, alert)
        )

    def recorded(self, event_id: str, *, at: int) -> None:
        """Note that something a board may have sent stands in the ledger; whether it was ours is asked afterwards."""
        self.told.append((event_id, at))

    def was_blind(self, record: Record) -> None:
        """Note what the radar told of itself."""
        blind.keep(self.t, record)

    def finish(self, versions: Mapping[str, int], positions: Mapping[tuple[str, int], int]) -> None:
        """Write how far was read, and the number of the last change."""
        self.t.executemany(
            """INSERT INTO board_cases VALUES (?, ?)
               ON CONFLICT (case_id) DO UPDATE SET version = excluded.version""",
            list(versions.items()),
        )
        self.t.executemany(
            """INSERT INTO board_positions VALUES (?, ?, ?)
               ON CONFLICT (topic, part) DO UPDATE SET position = excluded.position""",
            [(topic, part, position) for (topic, part), position in positions.items()],
        )
        self.t.execute("UPDATE board_stand SET seq = ? WHERE one = 1", (self.seq,))


def versions_in(t: Statements, cases: Iterable[str]) -> dict[str, int]:
    """Return how far each of the cases was read."""
    found = t.rows_in("SELECT case_id, version FROM board_cases WHERE case_id {in}", cases)
    return {case: int(version) for case, version in found}


def alert_values(row: AlertRow) -> tuple[Any, ...]:
    """Return an alert as the columns of `ALERT`."""
    told: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    return tuple({**told, "because": json.dumps(row.because), "legal": int(row.legal)}.values())


def _alert(row: Sequence[Any]) -> AlertRow:
    values = dict(zip((*_NAMES, "handed_to", "handed_by", "handed_at"), row, strict=True))
    return AlertRow(**{**values, "because": tuple(json.loads(values["because"])), "legal": bool(values["legal"])})
