"""`waakvlam reconcile`: what every part counted by itself, side by side, and each difference by name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.books import ledger_at, why_missing
from cli.columns import columns
from cli.exits import Exit
from cli.screen import result
from cli.settings import Settings
from ledger.application import Ledger
from ledger.database import open_database
from ledger.errors import Fault
from ledger.reconciling import Compared, reconcile
from services.intake.counting import counters
from waakvlam.clock import SystemClock

MISSING_MINUTES = 5
EQUAL = "All that was counted agrees."
# What each view counts by itself, in its own database.
VIEWS: Mapping[str, Mapping[str, str]] = {
    "WAAKVLAM_RADAR": {
        "radar_folded": "SELECT sum(version) FROM radar",
        "radar_read": "SELECT sum(position) FROM positions WHERE topic = 'case-events'",
        "alerts_raised": "SELECT count(*) FROM alerts",
        "alerts_delivered": "SELECT count(*) FROM alerts WHERE raised_sent_at IS NOT NULL OR raised_recorded_at IS NOT NULL",
    },
    "WAAKVLAM_TRIAGE": {"triage_read": "SELECT sum(position) FROM triage_positions WHERE topic = 'case-events'"},
    "WAAKVLAM_BOARD": {
        "board_folded": "SELECT sum(version) FROM board_cases",
        "alerts_shown": "SELECT count(*) FROM board_alerts",
    },
}


def show_differences(settings: Settings, *, as_json: bool) -> Exit:
    """Print all pairs of counters; return 5 when two that should be equal at rest are not."""
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        counted = all_counters(settings, ledger, minutes=MISSING_MINUTES)
    found = list(reconcile(counted))
    told = {"counters": counted, "pairs": [_json(one) for one in found]}
    result(told, as_json=as_json, lines=list(_lines(found)))
    return Exit.DIFFERS if any(one.difference for one in found) else Exit.OK


def all_counters(settings: Settings, ledger: Ledger, *, minutes: float) -> dict[str, int]:
    """Return what every part counted by itself; a sequence number is missing when it stays away for so many minutes."""
    counted = counters(ledger, real_now=SystemClock().micros(), minutes=minutes)
    places = settings.places()
    for place, questions in VIEWS.items():
        counted |= _of_view(places[place], questions)
    return counted


def _of_view(url: str, questions: Mapping[str, str]) -> dict[str, int]:
    """Return what a view counted; nothing where there is no such view (it is never made by looking)."""
    if why_missing(url):
        return {}
    database = open_database(url)
    try:
        with database.reading() as statements:
            return {name: int(statements.value(question) or 0) for name, question in questions.items()}
    except Fault:
        return {}
    finally:
        database.close()


def _json(one: Compared) -> dict[str, Any]:
    return {
        "between": one.pair.name,
        one.pair.left: one.left,
        one.pair.right: one.right,
        "difference": one.difference,
        **({"says": one.pair.says} if one.difference else {}),
    }


def _lines(found: Sequence[Compared]) -> Iterator[str]:
    rows = [(one.pair.name, str(one.left), str(one.right), str(one.difference)) for one in found]
    yield from columns(("between", "one side", "other side", "difference"), rows)
    differing = [one for one in found if one.difference]
    yield from ("", *(f"{one.pair.name}: {one.pair.says}" for one in differing)) if differing else ("", EQUAL)
