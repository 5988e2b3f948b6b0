"""Logs: one line of JSON per event, to standard error, ids and numbers only.

    log = structlog.get_logger("intake")
    log.info("batch recorded", events=2000, topic="agency.politie-nn")

What libraries say through standard logging comes out in the same form. A guard stands before every line: values that
are neither number nor short text are replaced by their type, and of an error only its type and place are written, with
its message where the error is one of ours (others may quote what they choked on, and that may be about a person).
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

from waakvlam.trace import Trace

_OURS = frozenset({"waakvlam", "ledger", "rulebook", "services", "region", "cli"})
_TEXT_LENGTH_MAX = 300
_FRAMES_MAX = 8

Line = MutableMapping[str, Any]


def configure(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logging of this process to the stream (standard error), each line with the service's name."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        guard,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


@contextmanager
def about(trace: Trace | None) -> Iterator[None]:
    """Let every line that is written inside bear the id of the trace of the event that it is about, where it has one."""
    with structlog.contextvars.bound_contextvars(**({"trace_id": trace.trace_id} if trace else {})):
        yield


def guard(_: Any, __: str, line: Line) -> Line:
    """Let through ids and numbers; replace what may hold more."""
    problem = line.pop("exc_info", None)
    if problem:
        error = problem if isinstance(problem, BaseException) else sys.exc_info()[1]
        if isinstance(problem, tuple):
            error = problem[1]
        if error is not None:
            line.update(described(error))
    for name, value in line.items():
        if name.startswith("_") or isinstance(value, bool | int | float | None):
            continue
        if not isinstance(value, str):
            line[name] = f"<{type(value).__name__}>"
        elif len(value) > _TEXT_LENGTH_MAX:
            line[name] = f"{value[:_TEXT_LENGTH_MAX]}…"
    return line


def described(error: BaseException) -> dict[str, str]:
    """Return an error's type and place, and its message if it is one of our own."""
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    told = {
        "error": f"{kind.__module__}.{kind.__qualname__}",
        "place": " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)),
    }
    if kind.__module__.partition(".")[0] in _OURS:
        told["message"] = str(error)
    return told


def _named(service: str) -> Any:
    def name(_: Any, __: str, line: Line) -> Line:
        line["service"] = service
        return line

    return name
