"""Which cases a list showed somebody lately: a page that brings itself up to date is a new look only at what is new in it.

It is kept in memory of one board. What is forgotten, by a restart or because a second board answers, is logged once more:
the log may say something twice, and never too little.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Final

WINDOW: Final = 3_600_000_000
"""Micros; a list that stays open on a screen is logged as a whole again after an hour."""

KEPT_MAX: Final = 1_000
"""Lists of people; beyond that all is forgotten, and logged once more."""


class Lately:
    """What was logged of lists, by who looked and at what; may be used from any thread."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[str, int]] = {}
        self._lock = Lock()

    def new_to(self, person: str, name: str, cases: Iterable[str], *, now: int) -> list[str]:
        """Return those of these cases that were not logged for this person and this kind of list within the hour."""
        with self._lock:
            seen = self._seen.get((person, name), {})
            return [case for case in cases if now - seen.get(case, now - WINDOW) >= WINDOW]

    def note(self, person: str, name: str, cases: Iterable[str], *, now: int) -> None:
        """Note that these were logged; what is older than an hour is forgotten."""
        with self._lock:
            if len(self._seen) > KEPT_MAX:
                self._seen.clear()
            seen = self._seen.get((person, name), {}) | dict.fromkeys(cases, now)
            self._seen[person, name] = {case: at for case, at in seen.items() if now - at < WINDOW}
