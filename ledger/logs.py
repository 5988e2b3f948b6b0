"""Logs: one line of JSON per event, to standard error; a fixed name, ids and numbers.

    log = logs.logger(__name__)
    log.error("agency_silent", agency="politie-nn", lasts_hours=31, usual_hours=9)

Names, fields and what to do stand in one table (`ledger.log_lines`). Three guards stand before every line. A field that is not on
the list is left out, and so is a value that is neither number nor short text. Of an error only its class and place are written, and
its message where it is one of ours that may tell one (others may quote what they choked on, and that may be about a person). And
what a library says comes out as `library_said` with its own sentence: of what it would fill in only numbers, addresses, names of
topics and agencies and classes of errors are kept.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TextIO

import structlog

from ledger.errors import LedgerError
from ledger.log_line import FIELDS
from ledger.log_lines import LIBRARY, LINES
from rulebook.errors import AgreementError, CannotCount
from waakvlam.errors import ContractBroken, Misconfigured, Unreachable
from waakvlam.topics import agencies, topics
from waakvlam.trace import Trace

# Errors of ours whose message names ids, settings and files alone. Those about what somebody sent are not among them.
_MAY_TELL = (LedgerError, AgreementError, CannotCount, Misconfigured, Unreachable, ContractBroken)
_ADDRESS = re.compile(r"(?:[\w.-]{1,100}:\d{1,5}|(?:\d{1,3}\.){3}\d{1,3})(?:,[\w.-]{1,100}:\d{1,5}){0,9}")
_LEFT_OUT = "<not on the list>"
_TEXT_LENGTH_MAX = 300
_FRAMES_MAX = 8
_OF_EVERY_LINE = frozenset({"event", "level", "logger", "service", "timestamp", "next", "said"})
_WANTS_NEXT = frozenset({"warning", "error", "critical"})

Line = MutableMapping[str, Any]


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module. What is said with it goes through standard logging, so whoever listens there hears it."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            guard,
            _without_traceback,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return logger


def configure(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logging of this process to the stream (standard error), each line with the service's name."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            use_get_message=False,
            pass_foreign_args=True,
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, guard_library],
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _named(service),
                _with_next_step,
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
    """Let through what a line of ours may have: fields on the list, and in them ids and numbers."""
    _tell_error(line)
    for name, value in line.items():
        line[name] = _plain(value) if name in FIELDS or name in _OF_EVERY_LINE else _LEFT_OUT
    return line


def guard_library(_: Any, __: str, line: Line) -> Line:
    """Make of what a library says a line of our form: its own sentence, filled in with what may be told."""
    said, given = str(line["event"]), line.pop("positional_args", ())
    line.pop("stack_info", None)
    _tell_error(line)
    line["event"], line["said"] = LIBRARY, _plain(_filled(said, given))
    return line


def described(error: BaseException) -> dict[str, str]:
    """Return an error's class and place, and its message if it is one of our own that may tell it."""
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    told = {
        "error": f"{kind.__module__}.{kind.__qualname__}",
        "place": " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)),
    }
    if isinstance(error, _MAY_TELL):
        told["message"] = str(error)
    return told


def _without_traceback(bound: Any, name: str, line: Line) -> Any:
    """Hand a line on to standard logging, which by itself would add the traceback of an exception that is under way."""
    given, more = structlog.stdlib.ProcessorFormatter.wrap_for_formatter(bound, name, line)
    return given, {**more, "exc_info": False}


def _tell_error(line: Line) -> None:
    problem = line.pop("exc_info", None)
    if not problem:
        return
    error = problem if isinstance(problem, BaseException) else sys.exc_info()[1]
    if isinstance(problem, tuple):
        error = problem[1]
    if error is not None:
        line.update(described(error))


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float | None):
        return value
    if not isinstance(value, str):
        return f"<{type(value).__name__}>"
    return value if len(value) <= _TEXT_LENGTH_MAX else f"{value[:_TEXT_LENGTH_MAX]}…"


def _filled(said: str, given: Any) -> str:
    """Fill in a library's sentence, or leave it as it stands where what may be told does not fit it."""
    if not given:
        return said
    told = (
        {name: _kept(one) for name, one in given.items()}
        if isinstance(given, Mapping)
        else tuple(_kept(one) for one in given)
    )
    try:
        return said % told
    except (TypeError, ValueError, KeyError):
        return said


def _kept(value: object) -> object:
    """Return of what a library would fill in what may be told, else its type."""
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, str) and (value in _names() or _ADDRESS.fullmatch(value)):
        return value
    if isinstance(value, tuple) and getattr(value, "topic", None) in _names():
        return f"{value.topic}/{getattr(value, 'partition', '')}"  # type: ignore[attr-defined]
    return f"<{type(value).__name__}>"


@cache
def _names() -> frozenset[str]:
    """Return the names of topics and agencies: none of them is about a person."""
    return frozenset([*agencies(), *(one.name for one in topics())])


def _with_next_step(_: Any, __: str, line: Line) -> Line:
    row = LINES.get(line["event"])
    if row and row.do and line["level"] in _WANTS_NEXT:
        line["next"] = row.do
    return line


def _named(service: str) -> Any:
    def name(_: Any, __: str, line: Line) -> Line:
        return {"event": line.pop("event"), **line, "service": service}

    return name
