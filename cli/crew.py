"""A crew: the same work on many portions, in several processes beside each other, results in the order of the portions."""

import multiprocessing
import os
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from typing import Any, Protocol

from cli import compiled

PORTIONS_AHEAD = 3  # for each process: enough that none waits, few enough that little is held


class Worker(Protocol):
    """What does the work; made anew in each process."""

    def build(self, portion: Any, /) -> Any:
        """Do one portion."""

    def close(self) -> None:
        """Let go of what it works with."""


def worked(make: Callable[[Any], Worker], task: Any, portions: Iterable[Any], *, workers: int) -> Iterator[Any]:
    """Yield the result of each portion; `make(task)` makes a worker, in this process when there is to be only one.

    `make` and `task` go to other processes, so they must be what pickle can carry.
    """
    if workers == 1:
        with closing(make(task)) as one:
            yield from (one.build(portion) for portion in portions)
        return
    waiting: deque[Future[Any]] = deque()
    begin = (pickle.dumps((make, task)),)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, begin) as pool:
        for portion in portions:
            waiting.append(pool.submit(_work, portion))
            if len(waiting) > workers * PORTIONS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_worker: Worker | None = None


def _begin(what: bytes) -> None:
    global _worker  # noqa: PLW0603 - a process of the crew has one worker, made before its first portion
    compiled.use()  # before what is to be made brings the rule book
    make, task = pickle.loads(what)  # noqa: S301 - our parent made it
    threading.Thread(target=_end_with_our_parent, daemon=True).start()
    _worker = make(task)


def _work(portion: Any) -> Any:
    assert _worker is not None, "each process begins with a worker"
    return _worker.build(portion)


def _end_with_our_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
