"""What the overviews read of the view: small rows, however many cases there are."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger import aside
from ledger.database import Statements

Weekly = dict[str, dict[int, int]]  # by name and week


class Open(NamedTuple):
    """What a team leader needs of an open alert; times are micros, `next_step_on` is a day as YYYY-MM-DD."""

    raised: str
    alert: str
    case_id: str
    municipality: str
    rule: str
    title: str
    weight: int
    raised_at: int
    turn: str
    acknowledged_at: int | None
    acknowledged_by: str | None
    next_step_on: str | None


class HandedOver(NamedTuple):
    """An alert that was handed to a colleague, who did not take it up yet; `at` is micros."""

    colleague: str
    by: str
    at: int


class Waiting(NamedTuple):
    """A handover that nobody has answered."""

    case_id: str
    municipality: str
    to_agency: str
    offered_at: int


class Answered(NamedTuple):
    """How long one handover waited for its answer (micros), and which answer it was."""

    to_agency: str
    answer: str
    waited: int


def weekly(t: Statements, what: str, weeks: Sequence[int]) -> Weekly:
    """Return the counts of one kind in some weeks that follow each other."""
    sql = "SELECT name, week, number FROM board_weeks WHERE what = ? AND week >= ? AND week <= ?"
    found: Weekly = {}
    for name, week, number in t.rows(sql, (what, weeks[0], weeks[-1])):
        found.setdefault(name, {})[int(week)] = int(number)
    return found


def open_alerts(t: Statements) -> list[Open]:
    """Return all open alerts."""
    sql = f"SELECT {', '.join(Open._fields)} FROM board_alerts WHERE closed_at IS NULL"  # noqa: S608 - our own names
    return [Open(*row) for row in t.rows(sql)]


def handed_over(t: Statements) -> dict[str, HandedOver]:
    """Return what was handed to a colleague who did not take it up yet, by the alert's id."""
    found = t.rows("SELECT alert, colleague, by_whom, at FROM board_handed")
    return {alert: HandedOver(colleague, by, int(at)) for alert, colleague, by, at in found}


def heard(t: Statements) -> dict[str, int]:
    """Return when the ledger last took something in from each agency."""
    return {agency: int(at) for agency, at in t.rows("SELECT agency, last_at FROM board_heard")}


def handovers_waiting(t: Statements) -> list[Waiting]:
    """Return the handovers that wait for an answer, the longest first."""
    sql = """SELECT case_id, municipality, to_agency, offered_at FROM board_handovers
             WHERE answer IS NULL AND offered_at IS NOT NULL ORDER BY offered_at, case_id"""
    return [Waiting(case, place, to, int(at)) for case, place, to, at in t.rows(sql)]


def handovers_answered(t: Statements, begin: int, end: int) -> list[Answered]:
    """Return the handovers that were accepted or refused between two instants."""
    sql = """SELECT to_agency, answer, answered_at - offered_at FROM board_handovers
             WHERE answered_at >= ? AND answered_at < ? AND offered_at IS NOT NULL AND answer <> 'withdrawn'"""
    return [Answered(to, answer, max(0, int(waited))) for to, answer, waited in t.rows(sql, (begin, end))]


def reminders(t: Statements) -> dict[str, int]:
    """Return how often each open alert was told again without that anybody picked it up, by the alert's id."""
    return {alert: int(number) for alert, number in t.rows("SELECT alert, number FROM board_reminders")}


def standings(t: Statements, now: int) -> dict[str, int]:
    """Return how much of each agency is set aside and waits, read from the ledger."""
    found: dict[str, int] = {}
    for one in aside.standing(t, now):
        found[one.agency] = found.get(one.agency, 0) + one.count
    return found
