"""The numbers behind the overviews, kept while events are folded into the view: each event counts once, as the fold sees to.

`board_weeks` counts by week what was told (by agency, and how late) and which stalls were found (by rule, municipality
and agency, never crossed: a cross of two would be so small that it names a family). `board_handovers` has a row for
each handover, `board_sight` who has sight of safety in a case, `board_reminders` what was told again in vain.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ledger.database import Statements
from ledger.record import Record
from services.board.weeks import week_of

TABLES = (
    """CREATE TABLE IF NOT EXISTS board_weeks (
        what text NOT NULL, name text NOT NULL, week bigint NOT NULL, number bigint NOT NULL,
        PRIMARY KEY (what, week, name))""",
    "CREATE TABLE IF NOT EXISTS board_heard (agency text PRIMARY KEY, last_at bigint NOT NULL)",
    """CREATE TABLE IF NOT EXISTS board_handovers (
        case_id text NOT NULL, handover text NOT NULL, municipality text NOT NULL, to_agency text NOT NULL,
        offered_by text, offered_at bigint, answer text, answered_by text, answered_at bigint,
        PRIMARY KEY (case_id, handover))""",
    "CREATE INDEX IF NOT EXISTS board_handovers_open ON board_handovers (offered_at) WHERE answer IS NULL",
    "CREATE INDEX IF NOT EXISTS board_handovers_done ON board_handovers (answered_at)",
    "CREATE TABLE IF NOT EXISTS board_sight (case_id text PRIMARY KEY, agency text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS board_reminders (
        alert text PRIMARY KEY, number bigint NOT NULL, last_at bigint NOT NULL)""",
)
NAMES = ("board_weeks", "board_heard", "board_handovers", "board_sight", "board_reminders")
STALLS = ("rule", "municipality", "agency")
NOBODY = ""  # sight of safety lies with Veilig Thuis itself

HOUR = 3600 * 1_000_000
LATENESS = (("hour", HOUR), ("day", 24 * HOUR), ("week", 7 * 24 * HOUR))
LATER = "later"
# What is more than a number among others: these are folded one after the other, in the order of the ledger.
KEPT = frozenset(
    {
        *("alert_raised", "alert_reminded", "alert_acknowledged", "alert_closed", "case_closed", "case_reopened"),
        *("handover_offered", "handover_accepted", "handover_refused", "handover_withdrawn", "event_withdrawn"),
    }
)
ANSWERS = {"handover_accepted": "accepted", "handover_refused": "refused", "handover_withdrawn": "withdrawn"}
STALLED = frozenset({"breach", "signal"})

_ADD = """INSERT INTO board_weeks VALUES (?, ?, ?, ?)
    ON CONFLICT (what, week, name) DO UPDATE SET number = board_weeks.number + excluded.number"""
_HEAR = """INSERT INTO board_heard VALUES (?, ?)
    ON CONFLICT (agency) DO UPDATE SET last_at = CASE WHEN excluded.last_at > board_heard.last_at
        THEN excluded.last_at ELSE board_heard.last_at END"""
_SEE = "INSERT INTO board_sight VALUES (?, ?) ON CONFLICT (case_id) DO UPDATE SET agency = excluded.agency"
# An answer may be told before its offer, for they come from two agencies. The first answer counts.
_OFFER = """INSERT INTO board_handovers (case_id, handover, municipality, to_agency, offered_by, offered_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (case_id, handover) DO UPDATE SET to_agency = excluded.to_agency,
        offered_by = excluded.offered_by, offered_at = excluded.offered_at WHERE board_handovers.offered_at IS NULL"""
_ANSWER = """INSERT INTO board_handovers (case_id, handover, municipality, to_agency, answer, answered_by, answered_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (case_id, handover) DO UPDATE SET answer = excluded.answer,
        answered_by = excluded.answered_by, answered_at = excluded.answered_at WHERE board_handovers.answer IS NULL"""
_UNDO_OFFER = "UPDATE board_handovers SET offered_by = NULL, offered_at = NULL WHERE case_id = ? AND offered_by = ?"
_UNDO_ANSWER = """UPDATE board_handovers SET answer = NULL, answered_by = NULL, answered_at = NULL
    WHERE case_id = ? AND answered_by = ?"""
_REMIND = """INSERT INTO board_reminders VALUES (?, 1, ?)
    ON CONFLICT (alert) DO UPDATE SET number = board_reminders.number + 1, last_at = excluded.last_at"""


def lateness(occurred_at: int, recorded_at: int) -> str:
    """Return how long after it happened an event reached the ledger: hour, day, week or later."""
    late = recorded_at - occurred_at
    for name, most in LATENESS:
        if late <= most:
            return name
    return LATER


@dataclass(slots=True)
class Heard:
    """What is only counted, and may be in any order: how many events each agency told in each week, and when it was last heard."""

    weeks: "Counter[tuple[str, str, int]]" = field(default_factory=Counter)
    last: dict[str, int] = field(default_factory=dict)

    def count(self, agency: str, *, occurred_at: int, recorded_at: int) -> None:
        """Count one event that was not counted before."""
        self.weeks[f"told.{lateness(occurred_at, recorded_at)}", agency, week_of(recorded_at)] += 1
        if recorded_at > self.last.get(agency, 0):
            self.last[agency] = recorded_at


def is_missing(t: Statements) -> bool:
    """Tell whether the view was filled by an earlier version, that kept no numbers: then it is to be read again."""
    is_counted = t.value("SELECT 1 FROM board_heard LIMIT 1") is not None
    return not is_counted and t.value("SELECT 1 FROM board_cases LIMIT 1") is not None


@dataclass(slots=True)
class Counting:
    """What one batch adds, inside the transaction of its fold."""

    t: Statements
    heard: Heard = field(default_factory=Heard)

    def note(self, record: Record) -> None:
        """Take note of one event that was not counted before."""
        self.heard.count(record.agency, occurred_at=record.occurred_at, recorded_at=record.recorded_at)
        self.keep(record)

    def keep(self, record: Record) -> None:
        """Take note of what one event is beside one among many; it is counted elsewhere."""
        if record.type not in KEPT:
            return
        match record.type:
            case "alert_raised":
                self._stalled(record, record.data())
            case "alert_reminded":
                self.t.execute(_REMIND, (record.data()["alert"], record.occurred_at))
            case "alert_acknowledged" | "alert_closed":
                self.t.execute("DELETE FROM board_reminders WHERE alert = ?", (record.data()["alert"],))
            case "case_closed" | "case_reopened":
                self.t.execute("DELETE FROM board_sight WHERE case_id = ?", (record.case,))
            case "handover_offered":
                self._offered(record, record.data())
            case "handover_accepted" | "handover_refused" | "handover_withdrawn":
                self._answered(record, record.data())
            case "event_withdrawn":
                self._withdrawn(record.case, str(record.data()["event_id"]))

    def finish(self) -> None:
        """Write what was counted."""
        self.t.executemany(_ADD, [(*where, number) for where, number in sorted(self.heard.weeks.items())])
        self.t.executemany(_HEAR, sorted(self.heard.last.items()))

    def _stalled(self, record: Record, data: dict[str, Any]) -> None:
        if data["stage"] not in STALLED:
            return
        sight = self.t.value("SELECT agency FROM board_sight WHERE case_id = ?", (record.case,))
        week = week_of(record.occurred_at)
        for what, name in zip(STALLS, (str(data["rule"]), record.municipality, sight or NOBODY), strict=True):
            self.heard.weeks[f"stall.{what}", name, week] += 1

    def _offered(self, record: Record, data: dict[str, Any]) -> None:
        to = str(data["to_agency"])
        row = (record.case, str(data["handover_id"]), record.municipality, to, record.event_id, record.occurred_at)
        self.t.execute(_OFFER, row)

    def _answered(self, record: Record, data: dict[str, Any]) -> None:
        if record.type == "handover_accepted":
            self.t.execute(_SEE, (record.case, record.agency))
        row = (record.case, str(data["handover_id"]), record.municipality, record.agency)
        self.t.execute(_ANSWER, (*row, ANSWERS[record.type], record.event_id, record.occurred_at))

    def _withdrawn(self, case: str, event_id: str) -> None:
        """An offer or an answer that was withdrawn as a mistake is none; who sees on safety stays as it was told."""
        for undo in (_UNDO_OFFER, _UNDO_ANSWER):
            self.t.execute(undo, (case, event_id))
