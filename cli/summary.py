"""The end of a demonstration: what was sent beside what the ledger holds, and live alerts beside replayed ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from cli.follow import Follower, records
from cli.screen import json_line
from ledger.application import Ledger
from region.tally import Tally
from rulebook.agreements import Agreements
from rulebook.instants import parse_instant
from rulebook.replay import replay


@dataclass(frozen=True, slots=True)
class Comparison:
    """The alerts that the running system raised beside those of the offline engine, both due up to one moment."""

    live_only: tuple[str, ...]
    replay_only: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether both are the same set of ids."""
        return not self.live_only and not self.replay_only

    def as_json(self) -> dict[str, Any]:
        """Return it as it stands in the summary."""
        return {"same": self.is_same, "live_only": list(self.live_only), "replay_only": list(self.replay_only)}


@dataclass(frozen=True, slots=True)
class Replayed:
    """The alerts that the offline engine finds in the ledger's own export, up to a moment."""

    until: int
    alerts: frozenset[str]

    def beside(self, raised: Mapping[str, str]) -> Comparison:
        """Compare with the alerts that were raised live (id to due); what is due later is left out."""
        due = {alert for alert, due_at in raised.items() if parse_instant(due_at) <= self.until}
        return Comparison(tuple(sorted(due - self.alerts)), tuple(sorted(self.alerts - due)))


def replay_ledger(ledger: Ledger, agreements: Agreements, until: int) -> Replayed:
    """Replay everything that the ledger holds, up to and with a moment."""
    rows = replay(agreements, export_lines(ledger), until=until)
    return Replayed(until=until, alerts=frozenset(str(row["alert"]) for row in rows))


def export_lines(ledger: Ledger, *, until: int | None = None) -> Iterator[str]:
    """Yield the ledger as lines of the offline engine, in its own order; all of it, or up to and with a position."""
    found = records(ledger) if until is None else takewhile(lambda one: one[0] <= until, records(ledger))
    return (json_line(one.line()) for _, one in found)


def counts(tally: Tally, follower: Follower, radar: Mapping[str, float], cases: int) -> dict[str, Any]:
    """Return the numbers of a run under the names of the summary."""
    open_cases = radar.get('waakvlam_radar_cases{state="open"}')
    uncovered = radar.get("waakvlam_radar_open_cases_without_deadline")
    return {
        **tally.counts(),
        "ledger_events": follower.position,
        "cases": cases,
        "open_cases": None if open_cases is None else int(open_cases),
        "alerts_raised": dict(sorted(follower.raised_by_rule.items())),
        "alerts_closed": dict(sorted(follower.closed_by_outcome.items())),
        "open_cases_without_deadline": None if uncovered is None else int(uncovered),
    }
