"""The offline engine: agreements and a history in, alert rows out (rule book section 9). No broker, no database."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson

from rulebook import event as events
from rulebook.agreements import Agreements
from rulebook.alerts import AlertRow, Raised
from rulebook.engine import CaseWatch
from rulebook.errors import HistoryError
from rulebook.event import Event
from rulebook.reading import known_fields

by_recording = attrgetter("recorded_at")


def replay(
    agreements: Agreements, lines: Iterable[str], until: int | None, *, types: frozenset[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield every alert row of a history, sorted by (raised_at, case, rule, instance, stage).

    `types` are the known event types; left out, the catalogue's. Raises HistoryError with the line, or CannotCount with
    the calendar. Memory grows with the history, for its lines may come in any order.
    """
    history = History(frozenset(known_fields()) if types is None else types)
    for number, line in enumerate(lines, start=1):
        history.take(line, number)
    last_at = history.last_at if until is None else until
    rows: list[AlertRow] = []
    if last_at is not None:
        for case, told in history.cases.items():
            rows += case_rows(agreements, case, told, last_at)
    rows.sort(key=lambda row: (row.raised_at, row.case, row.rule, row.instance, row.stage))
    for row in rows:
        yield row.as_json()


def case_rows(agreements: Agreements, case: str, told: Iterable[Event], last_at: int) -> list[AlertRow]:
    """Return the alert rows of one case up to an instant, included, in the order in which they were raised."""
    watch = CaseWatch(agreements, case, last_at=last_at)
    changes = []
    for recorded_at, group in groupby(sorted(told, key=by_recording), key=by_recording):
        if recorded_at > last_at:
            break
        changes += watch.learn(group, recorded_at)
    changes += watch.advance(last_at)
    return [change.row for change in changes if isinstance(change, Raised)]


class History:
    """The lines of a file: each event once, by case."""

    def __init__(self, types: frozenset[str]) -> None:
        self.cases: dict[str, list[Event]] = {}
        self.last_at: int | None = None
        self._types = types
        self._seen: dict[str, bytes] = {}

    def take(self, line: str, number: int) -> None:
        """Take in one line; an empty one and a repeated equal one are dropped. Raises HistoryError."""
        if not line.strip():
            return
        try:
            told = events.parse_json(line)
            event = events.from_json(told)
            self._check_type(event.type)
            is_new = self._is_new(event.id, told)
        except HistoryError as error:
            raise HistoryError(error.reason, line=number) from None
        if self.last_at is None or self.last_at < event.recorded_at:
            self.last_at = event.recorded_at
        if is_new and event.case is not None:
            self.cases.setdefault(event.case, []).append(event)

    def _check_type(self, name: str) -> None:
        if name not in self._types:
            raise HistoryError(f"unknown event type {name}")

    def _is_new(self, event_id: str, told: dict[str, Any]) -> bool:
        content = hashlib.blake2b(_canonical(told), digest_size=16).digest()
        same = self._seen.setdefault(event_id, content)
        if same is content:
            return True
        if same != content:
            raise HistoryError(f"event {event_id} stands here already and says something else")
        return False


def _canonical(value: Any) -> bytes:
    """Return bytes that are equal for equal JSON values, in whatever order their keys stand."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, or text that is half a character
        return json.dumps(value, sort_keys=True).encode()
