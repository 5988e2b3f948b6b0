"""All open alerts in order of urgency, kept between questions: of what changed since the last one, those cases are read again.

Everybody's morning page asks for the whole list, and reading thousands of rows anew cost more than all the rest of the page.
What is kept saves work only: it is checked against the view at each question, and read anew when it does not agree; and also
every half minute, for a view may be put in the place of the live one with the same numbers.
"""

from collections.abc import Sequence
from threading import Lock

from services.board.store import AlertRow, Store
from services.board.views import urgency
from waakvlam.clock import Clock

ANEW_MICROS = 30_000_000
CHANGED_MAX = 200  # cases; when more changed, reading all is quicker


class Worklist:
    """The open alerts of a view; may be asked from any thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._read_at = 0
        self._lock = Lock()
        self._stand = -1
        self._rows: tuple[AlertRow, ...] = ()

    def open(self) -> tuple[int, Sequence[AlertRow]]:
        """Return the number of the last change, and the open alerts at that point, the most urgent first."""
        with self._lock:
            stand, count, cases = self._changed()
            is_old = self._clock.micros() - self._read_at > ANEW_MICROS
            if stand != self._stand and not is_old:
                self._rows = tuple(sorted(self._after(cases), key=urgency))
            if len(self._rows) != count or is_old:
                stand, rows = self._store.open_alerts()
                self._rows, self._read_at = tuple(sorted(rows, key=urgency)), self._clock.micros()
            self._stand = stand
            return stand, self._rows

    def _changed(self) -> tuple[int, int, set[str]]:
        """Return the number of the last change, how many alerts are open, and the cases that changed since."""
        sql = "SELECT DISTINCT case_id FROM board_alerts WHERE changed_seq > ? LIMIT ?"
        with self._store.database.reading() as t:
            stand = int(t.value("SELECT seq FROM board_stand WHERE one = 1"))
            count = int(t.value("SELECT count(*) FROM board_alerts WHERE closed_at IS NULL"))
            if stand == self._stand:
                return stand, count, set()
            return stand, count, {row[0] for row in t.rows(sql, (self._stand, CHANGED_MAX + 1))}

    def _after(self, cases: set[str]) -> list[AlertRow]:
        if len(cases) > CHANGED_MAX:
            return self._store.open_alerts()[1]
        rows = [row for row in self._rows if row.case_id not in cases]
        for case in cases:
            rows += self._store.open_alerts(case)[1]
        return rows
