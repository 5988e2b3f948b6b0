"""The verdict on a simulation: what the ledger says was told, beside what the offline engine says should have been.

Only events of the ledger count as told. Where Kafka or intake was away the radar looks on without the ledger's clock and
may tell too much, never too little: what it told too much must have been told then, and be closed.
"""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ledger import record as ledger_record
from ledger.database import open_database
from ledger.record import Record
from region.moments import DAY
from rulebook.alerts import Reminded
from rulebook.engine import CaseWatch
from rulebook.instants import format_instant, parse_instant
from rulebook.replay import replay
from services.monitoring.radar import event_of
from tests.simulation.processes import AGREEMENTS
from tests.simulation.years import TOLERANCE, Interval, Years
from waakvlam.clock import iso
from waakvlam.topics import agencies

AWAY = ("intake", "monitoring", "broker")
SYSTEM = ("triage", "radar")

Row = tuple[str, str, int, int | None, str | None]  # alert, rule, raised, closed, outcome
Turn = tuple[str, str, int, int]  # alert, kind, step, at


@dataclass
class Told:
    """What the ledger holds of the radar's alerts up to an instant."""

    rows: Counter[Row] = field(default_factory=Counter)
    turns: Counter[Turn] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    delays: list[tuple[int, int, str]] = field(default_factory=list)  # when it fell due, when it was recorded, the rule


def verdict(years: Years) -> list[str]:
    """Return a sentence for each thing that is not as it should be; nothing when all is well."""
    history = [ledger_record.decode(one.body) for one in _notifications(years)]
    told, right = _told(history, years.promised), _right(history, years.promised)
    found = [*years.findings]
    found += [f"told twice: {one}" for one in told.twice]
    found += [f"never told: {_shown(row)}" for row in (right.rows - told.rows).elements()]
    found += [
        f"told, and not in replay: {_shown(row)}" for row in (told.rows - right.rows).elements() if not _may(years, row)
    ]
    found += [f"nobody was told: {one}" for one in (right.turns - told.turns).elements()]
    found += [
        f"told in turn, and not in replay: {one}"
        for one in (told.turns - right.turns).elements()
        if not _is_within(years, one[3])
    ]
    found += [_late(*one) for one in told.delays if one[1] - one[0] > TOLERANCE and not _is_excused(years, *one[:2])]
    return [*found, *_blind(years, history, told), *_lost(years, history), *_kept(years), *_unwatched(years, history)]


def _told(history: list[Record], until: int) -> Told:
    told, raised, closed = Told(), dict[Any, Record](), dict[Any, Record]()
    for one in history:
        if one.agency != "radar" or one.caseless or one.occurred_at > until:
            continue
        data = one.data()
        key = data["alert"], data["row"]
        if one.type in ("alert_raised", "alert_closed"):
            seen = raised if one.type == "alert_raised" else closed
            if key in seen:
                told.twice.append(f"{one.type} {key} of {data['rule']}, at {iso(one.recorded_at)}")
            seen[key] = one
            told.delays += [(one.occurred_at, one.recorded_at, data["rule"])] if seen is raised else []
        else:
            kind = one.type.removeprefix("alert_")
            told.turns[data["alert"], kind, data["step"], one.occurred_at] += 1
    for key, one in raised.items():
        end = closed.get(key)
        told.rows[_row(key[0], one.data()["rule"], one.occurred_at, end)] += 1
    told.twice += [f"closed and never raised: {key}" for key in closed.keys() - raised.keys()]
    return told


def _row(alert: str, rule: str, raised_at: int, end: Record | None) -> Row:
    return (
        (alert, rule, raised_at, None, None)
        if end is None
        else (alert, rule, raised_at, end.occurred_at, end.data()["outcome"])
    )


def _right(history: list[Record], until: int) -> Told:
    """Return what should have been told: rows and turns of replay, and the engine's reminders."""
    right = Told()
    for row in replay(AGREEMENTS, (json.dumps(one.line()) for one in history), until=until):
        closed_at = row["closed_at"] and parse_instant(row["closed_at"])
        right.rows[row["alert"], row["rule"], parse_instant(row["raised_at"]), closed_at, row["outcome"]] += 1
        for turn in row["attention"]:
            if turn["step"]:
                right.turns[row["alert"], "escalated", turn["step"], parse_instant(turn["at"])] += 1
    for case in _by_case(history).values():
        for one in _reminders(case, until):
            right.turns[one.row.alert, "reminded", one.told.step, one.told.at] += 1
    return right


def _reminders(told: list[Record], until: int) -> Iterator[Reminded]:
    watch = CaseWatch(AGREEMENTS, told[0].case)
    changes = []
    for at, group in groupby((one for one in told if one.recorded_at <= until), key=lambda one: one.recorded_at):
        changes += watch.learn([event_of(one) for one in group], at)
    changes += watch.advance(until)
    yield from (one for one in changes if isinstance(one, Reminded))


def _by_case(history: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for one in history:
        if not one.caseless:
            found[one.case].append(one)
    return found


# What may be, and what may not.


def _may(years: Years, row: Row) -> bool:
    """A row that replay does not have: told early, while the ledger's clock stood still, and closed since."""
    _, _, raised_at, closed_at, _ = row
    return closed_at is not None and (_is_within(years, raised_at) or _is_within(years, closed_at))


def _is_within(years: Years, at: int) -> bool:
    return any(one.begin <= at <= one.end for one in years.intervals if one.kind in ("intake", "broker"))


def _is_excused(years: Years, due: int, recorded_at: int) -> bool:
    """What fell due while something was away may be recorded when it is back, as soon as it is back."""
    return any(
        one.begin <= due <= one.end and recorded_at <= _back(years.intervals, one)
        for one in years.intervals
        if one.kind in AWAY
    )


def _back(intervals: list[Interval], one: Interval) -> int:
    """Return when all was well again after an interval: others may have begun within it."""
    end = one.end
    for other in sorted(intervals, key=lambda other: other.begin):
        if other.begin <= end + TOLERANCE and other.kind in AWAY:
            end = max(end, other.end)
    return end + TOLERANCE


def _late(due: int, recorded_at: int, rule: str) -> str:
    return f"told too late: {rule}, due {iso(due)}, recorded {iso(recorded_at)}"


def _blind(years: Years, history: list[Record], told: Told) -> Iterator[str]:
    """Say where the radar saw nothing in time and did not admit it, or admitted it and had no reason to.

    How far it saw it keeps each five real seconds, so what it admits may begin that much early: after an outage in which it
    died it may first admit the last it saw before. On a clock that leaps, five seconds are hours; an outage is therefore
    held to begin where the ledger last said something before it.
    """
    admitted = [
        (parse_instant(one.data()["blind_from"]), parse_instant(one.data()["blind_until"]))
        for one in history
        if one.type == "radar_was_blind"
    ]
    said = sorted(one.recorded_at for one in history)

    def last_said(at: int) -> int:
        return said[max(bisect_right(said, at) - 1, 0)]

    for begin, end in admitted:
        if not any(last_said(one.begin) <= end and begin <= one.end for one in years.intervals if one.kind != "triage"):
            yield f"it says that it was blind from {iso(begin)} until {iso(end)}, and was not"
    outages = [one for one in years.intervals if one.kind == "monitoring" and not years.forgot_within(one)]
    for due, recorded_at, rule in told.delays:
        is_late = recorded_at - due > TOLERANCE and any(one.begin + TOLERANCE < due < one.end for one in outages)
        if is_late and not any(begin <= due <= end for begin, end in admitted):
            yield f"it was blind when {rule} fell due at {iso(due)}, and did not say so"


def _lost(years: Years, history: list[Record]) -> Iterator[str]:
    """Say what was sent and is nowhere, what stands in the ledger and should not, and what does not prove itself."""
    ids = {one.event_id for one in history}
    if lost := years.player.tally.lost(ids):
        yield f"sent, and neither recorded nor turned away: {lost}"
    for event_id in years.staff.sent.keys() - ids - years.staff.turned_away:
        yield f"sent by staff, and neither recorded nor turned away: {years.staff.sent[event_id]} {event_id}"
    for finding in years.ledger.verify_all():
        yield f"the chain does not prove itself: {finding}"
    for agency in SYSTEM:
        letters = sum(years.bus.logs[place].end for place in years.bus.places(agencies()[agency].dead_letters))
        if letters:
            yield f"{letters} events of {agency} were set aside"


def _kept(years: Years) -> Iterator[str]:
    """Say what waits though its case is there, waits without a deadline, or was never sent."""
    database = open_database(years.around.store("ledger"))
    with closing(database), database.reading() as t:
        waiting = t.rows("SELECT agency, type, due_at - parked_at, event_id FROM parked")
        known = t.rows(
            "SELECT p.event_id FROM parked p JOIN aliases a ON a.agency = p.agency AND a.reference = p.reference"
        )
        letters = t.value("SELECT count(*) FROM outbox")
    yield from (f"{event_id} waits, and its case is there" for (event_id,) in known)
    yield from (f"{one} waits without a deadline" for one in waiting if not 0 < one[2] < 30 * DAY)
    if letters:
        yield f"{letters} letters were never sent"


def _unwatched(years: Years, history: list[Record]) -> Iterator[str]:
    """Say which cases the radar does not know, or not to their last event: nobody would miss those families."""
    with years.view.reading() as t:
        known = dict(t.rows("SELECT case_id, version FROM radar"))
    for case, told in _by_case(history).items():
        if known.get(case) != told[-1].version:
            yield f"the radar knows case {case} up to version {known.get(case)}, and there are {told[-1].version}"


def _notifications(years: Years) -> Iterator[Any]:
    after = 0
    while page := years.ledger.notifications(after=after):
        yield from page
        after = page[-1].position


def _shown(row: Row) -> str:
    alert, rule, raised_at, closed_at, outcome = row
    closed = "" if closed_at is None else f", closed {format_instant(closed_at)} {outcome}"
    return f"{rule} {alert}, raised {format_instant(raised_at)}{closed}"
