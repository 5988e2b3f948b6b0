"""A picture of a case over time: a lane for each agency, one for silence, one for alarms, one for what is still to come.

Here the places are computed; the template draws them as SVG, and writes the same as a table for who cannot see a picture.
Lengths are in the picture's own units, 1000 wide; times are micros.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from ledger.record import Record
from ledger.timeline import OWN_KINDS, Line
from ledger.words import DAY, local
from services.board.language import day, how_long, last_day, moment, say
from services.board.ports import Deadline
from waakvlam.clock import micros_of

WIDTH: Final = 1000
LEFT, RIGHT, TOP, LANE = 200, 20, 34, 30  # of the part where time passes
SILENCE: Final = 14 * DAY
AHEAD: Final = 0.15  # how much of the picture may be future
TICKS_MAX: Final = 9


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane with its name; `y` is its middle."""

    name: str
    y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at an instant: `kind` is that of a line of the timeline, or `termijn`."""

    x: float
    y: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts: `stilte` or `alarm`."""

    x: float
    y: float
    width: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """The same as a line of a table."""

    at: int
    when: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn."""

    height: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    now: float
    rows: tuple[Row, ...]


class _Scale:
    """From instants to places."""

    def __init__(self, begin: int, end: int) -> None:
        self.begin, self.end = begin, max(end, begin + DAY)

    def x(self, at: int) -> float:
        share = (min(max(at, self.begin), self.end) - self.begin) / (self.end - self.begin)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def picture(lines: Sequence[Line], records: Sequence[Record], deadlines: Sequence[Deadline], *, now: int) -> Picture:
    """Return the picture of a case as its lines, its records and its deadlines tell."""
    told = [one for one in lines if one.kind not in OWN_KINDS and not one.is_withdrawn]
    begin = min((one.occurred_at for one in lines), default=now)
    until = now + max(int((now - begin) * AHEAD / (1 - AHEAD)), DAY)
    scale = _Scale(begin, until)
    names = list(dict.fromkeys(one.agency for one in told if one.kind != "opgepakt"))
    silence, alarms, coming = say("Stilte"), say("Alarmen"), say("Wat moet komen")
    lanes = {name: TOP + LANE * (number + 0.5) for number, name in enumerate([*names, silence, alarms, coming])}
    soon = [one for one in deadlines if one.due <= until]
    silent = list(_silences(told, now))
    open_alarms = list(_alarms(records, now))
    marks = [Mark(scale.x(one.occurred_at), lanes.get(one.agency, lanes[alarms]), one.kind, _said(one)) for one in told]
    marks += [Mark(scale.x(one.due), lanes[coming], "termijn", _due(one)) for one in soon]
    bars = [_bar(scale, lanes[silence], "stilte", *one) for one in silent]
    bars += [_bar(scale, lanes[alarms], "alarm", *one) for one in open_alarms]
    return Picture(
        height=TOP + LANE * len(lanes) + 8,
        lanes=tuple(Lane(name, y) for name, y in lanes.items()),
        marks=tuple(marks),
        bars=tuple(bars),
        ticks=tuple((scale.x(at), text) for at, text in _ticks(begin, until)),
        now=scale.x(now),
        rows=tuple(_rows(told, silent, open_alarms, deadlines)),
    )


def _silences(told: Sequence[Line], now: int) -> Iterable[tuple[int, int, str]]:
    """Yield each time in which nobody told anything for two weeks or more."""
    for since, until in pairwise([*(one.occurred_at for one in told), now]):
        if until - since >= SILENCE:
            yield since, until, say("{length} stil", length=how_long(since, now=until))


def _alarms(records: Sequence[Record], now: int) -> Iterable[tuple[int, int, str]]:
    """Yield each time in which an alarm was open."""
    closed: Mapping[str, int] = {
        str(one.data().get("alert")): one.occurred_at for one in records if one.type == "alert_closed"
    }
    for one in records:
        if one.type == "alert_raised":
            data = one.data()
            until = closed.get(str(data["alert"]))
            state = say("nog open") if until is None else say("gesloten op {day}", day=day(local(until).date()))
            yield one.occurred_at, now if until is None else until, f"{data['title']}: {state}"


def _bar(scale: _Scale, y: float, kind: str, since: int, until: int, text: str) -> Bar:
    x = scale.x(since)
    return Bar(x, y - LANE * 0.25, max(round(scale.x(until) - x, 1), 3), kind, text)


def _rows(
    told: Iterable[Line],
    silent: Iterable[tuple[int, int, str]],
    alarms: Iterable[tuple[int, int, str]],
    deadlines: Iterable[Deadline],
) -> list[Row]:
    rows = [Row(one.occurred_at, moment(one.occurred_at), one.agency, one.text) for one in told]
    rows += [Row(since, _period(since, until), say("Stilte"), text) for since, until, text in silent]
    rows += [Row(since, _period(since, until), say("Alarm"), text) for since, until, text in alarms]
    rows += [Row(one.due, last_day(one.due), say("Wat moet komen"), one.title) for one in deadlines]
    return sorted(rows, key=lambda row: row.at)


def _period(since: int, until: int) -> str:
    return say("{since} tot {until}", since=day(local(since).date()), until=day(local(until).date()))


def _said(line: Line) -> str:
    return f"{moment(line.occurred_at)}: {line.text}"


def _due(one: Deadline) -> str:
    return f"{last_day(one.due)}: {one.title}"


def _ticks(begin: int, end: int) -> Iterable[tuple[int, str]]:
    """Yield the first day of each month, or each Monday of a short time; never more than fit."""
    first = local(begin).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [first + timedelta(days=number) for number in range(1, (end - begin) // DAY + 1)]
    starts = [one for one in days if one.day == 1]
    chosen = starts if len(starts) > 2 else [one for one in days if one.weekday() == 0]
    step = -(-len(chosen) // TICKS_MAX) or 1
    return [(micros_of(one), _tick(one)) for one in chosen[::step]]


def _tick(at: datetime) -> str:
    return say("{at:%d-%m-%y}", at=at)
