"""How far a reader is behind, seen from outside: pure arithmetic over what was seen at each look. Seconds are real.

When a record came in is not asked of anybody: the watch remembers at which look it was first there. So a wrong clock at a
sender changes nothing; after a start of the watch itself, what lies there already is as old as the watch.
"""

from collections import deque
from dataclasses import dataclass, field

LOOKS_KEPT_MAX = 4_096


@dataclass(slots=True)
class Progress:
    """One reader of one partition, or the relay: what there is (`end`) and how far it came (`position`)."""

    lag: int = 0
    lag_seconds: float = 0.0
    no_progress_seconds: float = 0.0
    _position: int | None = None
    _moved_at: float = 0.0
    _ends: deque[tuple[float, int]] = field(default_factory=deque)

    def seen(self, at: float, *, end: int, position: int) -> None:
        """Take note of what was seen at a moment; `at` never goes back."""
        self.lag = max(0, end - position)
        if self._ends and end < self._ends[-1][1]:  # the topic was made anew
            self._ends.clear()
        if not self._ends or end > self._ends[-1][1]:
            self._ends.append((at, end))
        if len(self._ends) > LOOKS_KEPT_MAX:  # the oldest are those that count while it stands still
            last = self._ends.pop()
            self._ends[-1] = (self._ends[-1][0], last[1])
        while self._ends and self._ends[0][1] <= position:
            self._ends.popleft()
        self.lag_seconds = at - self._ends[0][0] if self.lag and self._ends else 0.0
        if not self.lag or position != self._position:
            self._moved_at = at
        self._position = position
        self.no_progress_seconds = at - self._moved_at
