"""`waakvlam replay` and `waakvlam export`: the offline engine, and the ledger as the lines that it reads."""

import gc
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import orjson
import typer

from cli.books import ledger_at, rules_in
from cli.exits import Ends, Exit
from cli.looked import Looker, seen_whole
from cli.screen import progress
from cli.settings import Settings
from cli.summary import export_lines
from rulebook.errors import HistoryError
from rulebook.instants import parse_instant
from rulebook.replay import replay
from waakvlam.clock import SystemClock

STANDARD_INPUT = "-"
ROWS_AT_ONCE = 1000


def replay_file(agreements: Path, events: str, until: str | None) -> None:
    """Print the alert rows of a history, one JSON line each (rule book, section 9)."""
    last = instant(until)
    rules = rules_in(agreements, "--agreements")
    try:
        with lines_of(events) as lines, no_collections():
            for rows in batched(replay(rules, lines, until=last), ROWS_AT_ONCE):
                typer.echo(b"\n".join(map(orjson.dumps, rows)))
    except HistoryError as error:
        raise Ends(Exit.REFUSED, f"{'standard input' if events == STANDARD_INPUT else events}: {error}") from error


@contextmanager
def no_collections() -> Iterator[None]:
    """Let Python look for no cycles: a replay makes none, and looking costs (a tenth of the time, measured)."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def batched(rows: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    """Yield rows in lists of a size."""
    left = iter(rows)
    while several := list(islice(left, size)):
        yield several


def export_ledger(settings: Settings, looker: Looker) -> None:
    """Print the whole ledger as it is at the beginning, one JSON line for each event, once the look at its cases is logged."""
    number = 0
    with ledger_at(settings.ledger_url, SystemClock()) as ledger:
        head = seen_whole(ledger, settings, looker)
        for number, line in enumerate(export_lines(ledger, until=head), 1):  # noqa: B007 - counted for the last sentence
            typer.echo(line)
    progress(f"{number} events.")


@contextmanager
def lines_of(events: str) -> Iterator[Iterable[str]]:
    """Open a history; ends with the reason when it cannot be read. `-` is standard input."""
    try:
        if events == STANDARD_INPUT:
            yield sys.stdin
            return
        with _opened(events) as file:
            yield file
    except UnicodeDecodeError as error:
        name = "standard input" if events == STANDARD_INPUT else events
        raise Ends(Exit.REFUSED, f"{name} is not text in UTF-8. Save it as UTF-8 and try again.") from error


def _opened(file: str) -> TextIO:
    try:
        return Path(file).open(encoding="utf-8-sig")  # Windows marks its files with a BOM
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Ends(Exit.REFUSED, f"{file} cannot be read: {reason}. Give a file with one event a line.") from error


def instant(text: str | None, option: str = "--until") -> int | None:
    """Return the instant that an option names; ends when it names none."""
    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise Ends(Exit.USAGE, f"{option}: {error}.") from error
