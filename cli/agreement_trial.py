"""`waakvlam agreements backtest`: what other agreements would have done with what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.agreement_pages import dutch, home, read
from cli.columns import columns
from cli.exits import Ends, Exit
from cli.offline import STANDARD_INPUT, instant, lines_of
from cli.screen import result
from rulebook.agreements import Agreements, load
from rulebook.backtest import COUNTS, Backtest, as_if_always, backtest
from rulebook.disclosure import in_words
from rulebook.dutch import day_in_words
from rulebook.errors import HistoryError
from rulebook.instants import date_of, day_start, local_day, parse_day
from rulebook.rules import Agreement

HEAD = ("regel", "gemeente", "nu", "straks", "erbij", "weg", "eerder", "later")
ALL_PLACES = "alle gemeenten"
SMALL_COUNTS = "Aantallen zijn afgerond op vijf; <5 is één tot en met vier. Een alarm telt per stap: waarschuwing, te laat of signaal."


@dataclass(frozen=True, slots=True)
class Trial:
    """What is compared: two versions, a history, and from when to when alerts count."""

    before: Path
    after: Path
    events: str
    since: str | None = None
    until: str | None = None


def try_out(trial: Trial, *, as_json: bool) -> None:
    """Print, per rule and municipality, which alerts another version would add, drop, or raise earlier or later."""
    before, after = _agreements(trial.before, trial.after), _agreements(trial.after, trial.before)
    since = _since(trial.since)
    try:
        with lines_of(trial.events) as lines:
            found = backtest(before, after, lines, since=since, until=instant(trial.until))
    except HistoryError as error:
        name = "standard input" if trial.events == STANDARD_INPUT else trial.events
        raise Ends(Exit.REFUSED, f"{name}: {error}") from error
    notes = list(_not_yet(trial.after, before, after, found))
    told = [{"rule": rule, "municipality": place or None, **counts} for rule, place, counts in found.cells()]
    changed = found.changed()
    value = {"changed": sorted(changed), "cells": told, "notes": notes}
    result(value, as_json=as_json, lines=[*_table(found, changed), *notes])


def _agreements(path: Path, other: Path) -> Agreements:
    """Return the agreements of a folder as they are; of a file, as if it held all the time."""
    files = read(path, other)
    if path.is_dir():
        return Agreements(files)
    return as_if_always(load(home(path, other)).files, files[0])


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    day = parse_day(text)
    if day is None:
        raise Ends(Exit.USAGE, f"--since: {text} is geen dag die bestaat, geschreven als JJJJ-MM-DD.")
    return day_start(day)


def _table(found: Backtest, changed: frozenset[str]) -> Iterator[str]:
    if not changed:
        yield "Er verandert niets: dezelfde alarmen op dezelfde momenten."
        return
    names = dutch().municipalities
    rows = [
        (rule, names.get(place, place) if place else ALL_PLACES, *(in_words(counts[name]) for name in COUNTS))
        for rule, place, counts in found.cells()
        if rule in changed
    ]
    yield from columns(HEAD, rows, words=2)
    yield ""
    yield "Aan de andere regels verandert niets."
    yield SMALL_COUNTS


def _not_yet(path: Path, before: Agreements, after: Agreements, found: Backtest) -> Iterator[str]:
    """Tell of new versions in a folder that only hold after the history, and so did nothing here."""
    known = {(one.id, one.version) for one in before.files}
    for one in after.files if path.is_dir() and found.last_at is not None else ():
        if (one.id, one.version) not in known and one.valid_from > local_day(found.last_at or 0):
            yield (
                f"Let op: {one.id} versie {one.version} geldt pas vanaf {day_in_words(date_of(one.valid_from))}, na deze "
                f"gebeurtenissen. Geef {_name(one)} zelf in plaats van de map, dan telt het alsof het er altijd was."
            )


def _name(one: Agreement) -> str:
    return f"het bestand {Path(one.source.file).name}"
