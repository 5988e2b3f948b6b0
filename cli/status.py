"""`waakvlam status`: how everything is, on one screen, and what is wrong first.

It computes nothing of its own: numbers come from the table of metrics, limits from the alert rules.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from cli.asking import ask, ask_prometheus
from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.programs import SERVICES
from cli.readings import Readings
from cli.screen import result
from cli.settings import Settings
from cli.status_lines import screen
from cli.wrong import UNREACHABLE, wrong
from ledger.errors import LedgerError
from waakvlam.clock import SystemClock

HOUR_MICROS = 3_600_000_000
CLOCK = "waakvlam_clock_timestamp_seconds"


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is: really, and for the services; seconds since 1970."""

    real: float
    service: float
    is_accelerated: bool

    @classmethod
    def now(cls, settings: Settings) -> "Moment":
        """Return this moment."""
        return cls(SystemClock().micros() / 1e6, settings.time().micros() / 1e6, bool(settings.clock))

    def age(self, at: float | None) -> float | None:
        """Return how long ago an instant was, in real seconds; None for one that was never told."""
        return max(0.0, self.real - at) if at else None


def show_status(settings: Settings, prometheus: str, *, as_json: bool) -> Exit:
    """Print how everything is; UNREACHABLE when something does not answer, DIFFERS when something else is wrong."""
    told = status_now(settings, prometheus)
    result(told, as_json=as_json, lines=screen(told))
    if any(one["alert"] in UNREACHABLE for one in told["wrong"]):
        return Exit.UNREACHABLE
    return Exit.DIFFERS if told["wrong"] else Exit.OK


def status_now(settings: Settings, prometheus: str = "") -> dict[str, Any]:
    """Return the whole status as it is now, see `status_of`."""
    found = ask_prometheus(prometheus) if prometheus else ask(settings)
    return status_of(found, Moment.now(settings), recorded_lately(settings))


def status_of(found: Readings, now: Moment, lately: int | None) -> dict[str, Any]:
    """Return the whole status as plain JSON values; None is what nobody told. Ages are in seconds."""
    parts = {name: _part(found, name, now) for name in (*SERVICES, "watch")}
    missing = tuple(name for name in SERVICES if not parts[name]["answers"])
    signs = wrong(found, missing, now=now.real, service_now=None if now.is_accelerated else now.service)
    reachable = {one.labels["what"]: bool(one.value) for one in found.of("waakvlam_watch_reachable_state")}
    return {
        "at": _instant(now.real),
        "version": version("waakvlam-platform"),
        "wrong": [one.as_json() for one in signs],
        "parts": parts,
        "reachable": reachable,
        "ledger": {
            "events": found.total("waakvlam_ledger_events"),
            "cases": found.total("waakvlam_ledger_cases"),
            "events_in_the_last_hour": lately,
        },
        "relay": _relay(found) if reachable.get("ledger") else {"behind": None, "seconds": None},
        "readers": {name: _reader(found, name) for name in SERVICES},
        "radar": _radar(found, now),
        "alerts": {
            "open": found.largest("waakvlam_board_open_alerts"),
            "oldest_unseen_seconds": found.largest("waakvlam_board_oldest_unseen_seconds"),
        },
        "set_aside": {kind: _aside(found, kind) for kind in ("parked", "dead_letters")},
        "backup_seconds": now.age(found.largest("waakvlam_watch_backup_made_timestamp_seconds")),
        "checkpoint": {
            "events": found.total("waakvlam_checkpoint_proven_events"),
            "until": _instant(found.largest("waakvlam_checkpoint_proven_timestamp_seconds")),
        },
        "expires": {
            one.labels["what"]: _instant(one.value)
            for one in sorted(found.of("waakvlam_watch_expires_timestamp_seconds"), key=lambda one: one.value)
        },
        "disk_free_bytes": found.smallest("waakvlam_watch_disk_free_bytes"),
    }


def recorded_lately(settings: Settings) -> int | None:
    """Return how many events were recorded in the last hour of the ledger's clock; None when it cannot be read."""
    try:
        with ledger_at(settings.ledger_url, settings.time()) as ledger:
            head = ledger.head()
            return head - ledger.proofs.size_before(ledger.latest() - HOUR_MICROS, head) if head else 0
    except (Ends, LedgerError):
        return None


def _relay(found: Readings) -> dict[str, float | None]:
    return {
        "behind": found.largest("waakvlam_watch_relay_behind_events"),
        "seconds": found.largest("waakvlam_watch_relay_behind_seconds"),
    }


def _part(found: Readings, name: str, now: Moment) -> dict[str, Any]:
    of_watch, of_others = "waakvlam_watch_looked_timestamp_seconds", "waakvlam_pump_last_batch_timestamp_seconds"
    last = found.largest(of_watch if name == "watch" else of_others, part=name)
    return {"answers": bool(found.of(CLOCK, part=name)), "last_progress_seconds": now.age(last)}


def _reader(found: Readings, name: str) -> dict[str, float | None]:
    return {
        "records": found.total("waakvlam_watch_lag_records", reader=name),
        "seconds": found.largest("waakvlam_watch_lag_seconds", reader=name),
        "no_progress_seconds": found.largest("waakvlam_watch_no_progress_seconds", reader=name),
    }


def _radar(found: Readings, now: Moment) -> dict[str, Any]:
    horizon = found.smallest("waakvlam_radar_horizon_timestamp_seconds")
    return {
        "open_cases": found.total("waakvlam_radar_cases", state="open"),
        "without_deadline": found.total("waakvlam_radar_open_cases_without_deadline"),
        "heartbeat_seconds": now.age(found.smallest("waakvlam_radar_heartbeat_timestamp_seconds")),
        "knows_until": _instant(horizon),
        "open_alerts": found.total("waakvlam_radar_open_alerts"),
    }


def _aside(found: Readings, kind: str) -> dict[str, float | None]:
    return {
        "events": found.total("waakvlam_intake_set_aside_events", kind=kind),
        "overdue": found.total("waakvlam_intake_set_aside_overdue_events", kind=kind),
        "oldest_seconds": found.largest("waakvlam_intake_set_aside_oldest_seconds", kind=kind),
    }


def _instant(at: float | None) -> str | None:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None
