"""`waakvlam retention --done`: what the timed job and the board did about what is over, as each set it down."""

import json
from collections.abc import Iterator
from typing import Any

from cli.books import ledger_at, why_missing
from cli.screen import result
from cli.settings import Settings
from ledger.database import open_database
from ledger.errors import Fault
from services.board.ageing import NAME
from waakvlam.clock import iso

LOOKS = "WAAKVLAM_LOOKS"
_LEDGER = "SELECT item, decided_at, who, reason FROM decisions WHERE action = 'retention' ORDER BY id"
_BOARD = f"SELECT at, kind, number, ended_before, days, source FROM {NAME} ORDER BY id"  # noqa: S608 - our own name


def show_done(settings: Settings, *, as_json: bool) -> None:
    """Print each run of the timed job and each time that the board threw something away, oldest first."""
    told = sorted([*_by_the_job(settings), *_by_the_board(settings)], key=lambda one: str(one["at"]))
    lines = [f"{one['at']}  {one['kind']}  {_said(one)}" for one in told]
    result(told, as_json=as_json, lines=[*lines, f"{len(told)} times somebody or something looked."])


def _said(one: dict[str, Any]) -> str:
    if "thrown_away" in one:
        return f"{one['thrown_away']} thrown away, ended before {one['ended_before']} ({one['days']} days: {one['source']})"
    return f"{one['due']} due, {one['proposed']} proposed, {one['waiting']} wait for another person (by {one['who']})"


def _by_the_job(settings: Settings) -> Iterator[dict[str, Any]]:
    with ledger_at(settings.ledger_url, settings.time()) as ledger, ledger.reading() as statements:
        found = statements.rows(_LEDGER)
    for item, at, who, reason in found:
        yield {"at": iso(at), "run": item.partition("/")[2], "who": who, **json.loads(reason)}


def _by_the_board(settings: Settings) -> Iterator[dict[str, Any]]:
    for at, kind, number, before, days, source in _lines(settings.places()[LOOKS]):
        ended = {"thrown_away": number, "ended_before": iso(before)}
        yield {"at": iso(at), "kind": kind, **ended, "days": days, "source": source}


def _lines(url: str) -> list[tuple[Any, ...]]:
    """Return what a database of the board has set down; nothing where there is none (looking never makes one)."""
    if why_missing(url):
        return []
    database = open_database(url)
    try:
        with database.reading() as statements:
            return statements.rows(_BOARD)
    except Fault:  # a board that never ran with this version has set down nothing
        return []
    finally:
        database.close()
