"""What is too much for memory: values in a temporary file, that come back key by key, or sorted.

The file has no name: nobody else can open it, and it is gone when the process is, however that ends.
"""

import marshal
from collections.abc import Callable, Iterator
from heapq import merge
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self
from zlib import crc32

# Values of one key lie in one part. Memory holds a block of each part while they come, and one part while they go.
PARTS = 256
BLOCK = 50
# A file of fewer bytes is none: it stays in memory.
SMALL = 1_000_000

Value = tuple[Any, ...]  # of bytes and of what JSON knows
Place = tuple[int, int]


class Blocks:
    """Lists of values in a temporary file, each at its own place."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(SMALL)  # noqa: SIM115 - closed with this object
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, values: list[Value]) -> Place:
        body = marshal.dumps(values)
        begin = self._end
        self._file.seek(begin)
        self._file.write(body)
        self._end += len(body)
        return begin, len(body)

    def _read(self, place: Place) -> list[Value]:
        begin, size = place
        self._file.seek(begin)
        values: list[Value] = marshal.loads(self._file.read(size))  # noqa: S302 - only this process can have written it
        return values


class Spool(Blocks):
    """Values by key: those of one key come back together, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[list[Value]] = [[] for _ in range(PARTS)]
        self._places: list[list[Place]] = [[] for _ in range(PARTS)]

    def put(self, key: str, value: Value) -> None:
        """Put a value away."""
        part = crc32(key.encode()) % PARTS
        waiting = self._waiting[part]
        waiting.append(value)
        if len(waiting) == BLOCK:
            self._places[part].append(self._write(waiting))
            waiting.clear()

    def parts(self) -> Iterator[Iterator[Value]]:
        """Yield the values, part after part; all of one key are in one part."""
        for part in range(PARTS):
            yield self._part(part)

    def _part(self, part: int) -> Iterator[Value]:
        for place in self._places[part]:
            yield from self._read(place)
        yield from self._waiting[part]


class Runs(Blocks):
    """Values that come back sorted by a key: each `longest` of them are a sorted run, and the runs are merged."""

    def __init__(self, key: Callable[[Value], Any], longest: int) -> None:
        super().__init__()
        self._key = key
        self._longest = longest
        self._waiting: list[Value] = []
        self._runs: list[list[Place]] = []

    def put(self, value: Value) -> None:
        """Put a value away."""
        self._waiting.append(value)
        if len(self._waiting) == self._longest:
            run = sorted(self._waiting, key=self._key)
            self._runs.append([self._write(run[begin : begin + BLOCK]) for begin in range(0, len(run), BLOCK)])
            self._waiting.clear()

    def in_order(self) -> Iterator[Value]:
        """Yield all values, sorted; those of equal keys in the order in which they came."""
        last = sorted(self._waiting, key=self._key)
        yield from merge(*(self._run(places) for places in self._runs), last, key=self._key)

    def _run(self, places: list[Place]) -> Iterator[Value]:
        for place in places:
            yield from self._read(place)
