"""Up to when a reader of case-events knows everything: the only instants at which it may conclude that nothing came.

Two things move the horizon of a partition. Its own records: `recorded_at` never goes backwards along the ledger, so a record at r
proves that everything before r has been read. And the ledger's clock: it promises that everything recorded up to `time` stands
before `ends` on the partitions; a reader whose position has reached that end knows everything up to `time`.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

PROMISES_MAX = 4096
_NOWHERE = -1


@dataclass(slots=True)
class _Partition:
    position: int
    complete_to: int | None = None
    moved_at: float = 0.0
    promises: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=PROMISES_MAX))


class Horizon:
    """Keeps, for each partition that is ours, the last instant up to which all its records have been read.

    `real_seconds` is a clock that never stands still (`time.monotonic`): it tells how long a partition's horizon has not moved.
    """

    def __init__(self, real_seconds: Callable[[], float]) -> None:
        self._real_seconds = real_seconds
        self._lock = threading.Lock()
        self._partitions: dict[int, _Partition] = {}
        self._last_promise: tuple[int, Mapping[int, int]] | None = None

    def assigned(self, positions: Mapping[int, int]) -> None:
        """Begin with these partitions and the positions (next offsets to read) that were stored for them; forget all others."""
        with self._lock:
            now = self._real_seconds()
            self._partitions = {number: _Partition(at, moved_at=now) for number, at in positions.items()}
            if self._last_promise is not None:
                self._promise(*self._last_promise)

    def halt(self, partition: int) -> None:
        """Say of a partition nothing more until it goes on: what is missing from it is being fetched."""
        self.go_on(partition, position=_NOWHERE)

    def go_on(self, partition: int, *, position: int) -> None:
        """Take note that a partition is read on from another position than the one that was stored."""
        with self._lock:
            one = self._partitions[partition] = _Partition(position, moved_at=self._real_seconds())
            if self._last_promise is not None:
                self._hear(partition, one, *self._last_promise)

    def read(self, partition: int, *, position: int, recorded_at: int | None) -> None:
        """Take note that a partition has been read up to a position; `recorded_at` is the greatest of the records read."""
        with self._lock:
            one = self._partitions.setdefault(partition, _Partition(position, moved_at=self._real_seconds()))
            if position < one.position:  # the topic was made anew: what was promised about the old one says nothing now
                one.complete_to = None
                one.promises.clear()
            one.position = position
            if recorded_at is not None:
                self._move(one, recorded_at - 1)
            self._settle(one)

    def promised(self, time: int, ends: Mapping[int, int]) -> None:
        """Take note of what the ledger's clock says: all that was recorded up to `time` stands before `ends`."""
        with self._lock:
            self._last_promise = (time, dict(ends))
            self._promise(time, ends)

    def partitions(self) -> list[int]:
        """Return the partitions that are ours."""
        with self._lock:
            return sorted(self._partitions)

    def partition_count(self) -> int:
        """Return how many partitions there are in all, ours or not; 0 while the ledger's clock was not heard."""
        with self._lock:
            return len(self._last_promise[1]) if self._last_promise else 0

    def of(self, partition: int) -> int | None:
        """Return the last instant up to which everything in a partition is known; nothing when that cannot be said yet."""
        with self._lock:
            found = self._partitions.get(partition)
            return found.complete_to if found else None

    def is_known(self, partitions: Collection[int]) -> bool:
        """Tell whether there are partitions, and of each of them it is known up to when everything was read."""
        return bool(partitions) and all(self.of(one) is not None for one in partitions)

    def is_caught_up(self) -> bool:
        """Tell whether everything was read that the ledger's clock told of: nothing is known to be still on its way."""
        with self._lock:
            is_heard = self._last_promise is not None
            return is_heard and not any(one.promises for one in self._partitions.values())

    def stood_still(self, partition: int) -> float:
        """Return for how many real seconds a partition's horizon has not moved."""
        with self._lock:
            found = self._partitions.get(partition)
            return self._real_seconds() - found.moved_at if found else 0.0

    def _promise(self, time: int, ends: Mapping[int, int]) -> None:
        for number, one in self._partitions.items():
            self._hear(number, one, time, ends)

    def _hear(self, number: int, one: _Partition, time: int, ends: Mapping[int, int]) -> None:
        end = ends.get(number, 0)
        while (
            one.promises and one.promises[-1][1] > end
        ):  # told of a topic that was made anew since: it never comes true
            one.promises.pop()
        one.promises.append((time, end))
        self._settle(one)

    def _settle(self, one: _Partition) -> None:
        while one.promises and one.promises[0][1] <= one.position:
            self._move(one, one.promises.popleft()[0])

    def _move(self, one: _Partition, complete_to: int) -> None:
        if one.complete_to is None or complete_to > one.complete_to:
            one.complete_to = complete_to
            one.moved_at = self._real_seconds()
