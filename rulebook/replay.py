"""The offline engine: agreements and a history in, alert rows out (rule book section 9). No broker, no database.

A history of more than `HELD` lines does not stay in memory: its lines may come in any order and its rows go out in another,
so both lie in temporary files, the lines by case and the rows sorted.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter
from types import TracebackType
from typing import Any, Self

import orjson

from rulebook import event as events
from rulebook.agreements import Agreements
from rulebook.alerts import AlertRow, Change, Raised
from rulebook.engine import CaseWatch
from rulebook.errors import HistoryError
from rulebook.event import Event
from rulebook.reading import known_fields
from rulebook.spool import Runs, Spool, Value

# So many lines, and half as many rows, are kept in memory.
HELD = 50_000
NUMBER_BYTES = 8

by_recording = attrgetter("recorded_at")
by_place = itemgetter(0, 1, 2, 3, 4)


def replay(
    agreements: Agreements,
    lines: Iterable[str],
    until: int | None,
    *,
    types: frozenset[str] | None = None,
    held: int = HELD,
) -> Iterator[dict[str, Any]]:
    """Yield every alert row of a history, sorted by (raised_at, case, rule, instance, stage).

    `types` are the known event types; left out, the catalogue's. Raises HistoryError with the line, or CannotCount with
    the calendar. Beyond `held` lines memory grows with the 256th part of the history, and with the longest case.
    """
    known = frozenset(known_fields()) if types is None else types
    with History(known, held=held) as history, Runs(by_place, max(1, held // 2)) as rows:
        history.read(lines)
        last_at = history.last_at if until is None else until
        if last_at is not None:
            for case, told in history.by_case():
                for row in case_rows(agreements, case, told, last_at):
                    rows.put((row.raised_at, row.case, row.rule, row.instance, row.stage, row.as_json()))
        for value in rows.in_order():
            yield value[-1]


def case_rows(agreements: Agreements, case: str, told: Iterable[Event], last_at: int) -> list[AlertRow]:
    """Return the alert rows of one case up to an instant, included, in the order in which they were raised."""
    watch = CaseWatch(agreements, case, last_at=last_at)
    changes: list[Change] = []
    together: list[Event] = []
    for event in sorted(told, key=by_recording):
        if event.recorded_at > last_at:
            break
        if together and together[0].recorded_at != event.recorded_at:
            changes += watch.learn(together, together[0].recorded_at)
            together = []
        together.append(event)
    if together:
        changes += watch.learn(together, together[0].recorded_at)
    changes += watch.advance(last_at)
    return [change.row for change in changes if isinstance(change, Raised)]


class History:
    """The lines of a file: each event once, by case. With `held`, they lie in temporary files when they are more."""

    def __init__(self, types: frozenset[str], *, held: int | None = None) -> None:
        self.cases: dict[str, list[Event]] = {}
        self.last_at: int | None = None
        self._types = types
        self._held = held
        self._seen: dict[str, bytes] = {}
        self._events: Spool | None = None
        self._notes: Spool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for spool in (self._events, self._notes):
            if spool is not None:
                spool.__exit__(kind, error, trace)

    def read(self, lines: Iterable[str]) -> None:
        """Take in all lines. Raises HistoryError for the first that cannot be taken."""
        try:
            for number, line in enumerate(lines, start=1):
                self.take(line, number)
        except (HistoryError, ValueError):  # the second where the file is no text
            self._check_notes()
            raise
        self._check_notes()

    def take(self, line: str, number: int) -> None:
        """Take in one line; an empty one and a repeated equal one are dropped. Raises HistoryError."""
        if not line.strip():
            return
        try:
            told = events.parse_json(line)
            event = events.from_json(told)
            self._check_type(event.type)
            is_new = self._is_new(event.id, told, number)
        except HistoryError as error:
            raise HistoryError(error.reason, line=number) from None
        if self.last_at is None or self.last_at < event.recorded_at:
            self.last_at = event.recorded_at
        if is_new and event.case is not None:
            self._keep(event.case, event)
        if self._held is not None and len(self._seen) > self._held:
            self._put_away()

    def by_case(self) -> Iterator[tuple[str, Iterable[Event]]]:
        """Yield each case with its events."""
        if self._events is None:
            yield from self.cases.items()
            return
        for part in self._events.parts():
            told: dict[str, dict[str, Event]] = {}
            for value in part:
                event = _unpacked(value)
                told.setdefault(value[0], {})[event.id] = event
            for case, found in told.items():
                yield case, found.values()

    def _check_type(self, name: str) -> None:
        if name not in self._types:
            raise HistoryError(f"unknown event type {name}")

    def _is_new(self, event_id: str, told: dict[str, Any], number: int) -> bool:
        note = _digest(told) + number.to_bytes(NUMBER_BYTES)
        if self._notes is not None:  # looked at when all are there
            self._notes.put(event_id, (event_id, note))
            return True
        same = self._seen.setdefault(event_id, note)
        if same is note:
            return True
        if same[:-NUMBER_BYTES] != note[:-NUMBER_BYTES]:
            raise _contradiction(event_id, same)
        return False

    def _keep(self, case: str, event: Event) -> None:
        if self._events is not None:
            self._events.put(case, _packed(case, event))
        else:
            self.cases.setdefault(case, []).append(event)

    def _put_away(self) -> None:
        """Go on in temporary files."""
        self._events, self._notes = Spool(), Spool()
        for case, told in self.cases.items():
            for event in told:
                self._events.put(case, _packed(case, event))
        for event_id, note in self._seen.items():
            self._notes.put(event_id, (event_id, note))
        self.cases.clear()
        self._seen.clear()

    def _check_notes(self) -> None:
        """Find the first line that contradicts an earlier one. Equal ones lie in one case, and fall together there."""
        if self._notes is None:
            return
        found: list[tuple[int, str, bytes]] = []
        for part in self._notes.parts():
            seen: dict[str, bytes] = {}
            for event_id, note in part:
                same = seen.setdefault(event_id, note)
                if same[:-NUMBER_BYTES] != note[:-NUMBER_BYTES]:
                    found.append((_line(note), event_id, same))
                    break
        if found:
            number, event_id, same = min(found)
            raise HistoryError(_contradiction(event_id, same).reason, line=number)


def _packed(case: str, event: Event) -> Value:
    place = (event.agency, event.municipality, event.occurred_at, event.recorded_at)
    return case, event.id, event.type, *place, event.data


def _unpacked(value: Value) -> Event:
    case, event_id, name, agency, municipality, occurred_at, recorded_at, data = value
    return Event(
        id=event_id,
        type=name,
        case=case,
        agency=agency,
        municipality=municipality,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        data=data,
    )


def _line(note: bytes) -> int:
    return int.from_bytes(note[-NUMBER_BYTES:])


def _contradiction(event_id: str, same: bytes) -> HistoryError:
    return HistoryError(f"event {event_id} stands here already, in line {_line(same)}, and says something else")


def _digest(told: dict[str, Any]) -> bytes:
    """Return what is equal for equal JSON values, in whatever order their keys stand."""
    try:
        content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, or text that is half a character
        content = json.dumps(told, sort_keys=True).encode()
    return hashlib.blake2b(content, digest_size=16).digest()
