"""One upgrade from the former version to the coming one, and its verdict."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.summary import export_lines
from tests.torture.building import Making, site_for
from tests.torture.evidence import gathered
from tests.torture.judge import Broken, broken_promises, smallest_story
from tests.torture.run import numbers, settled
from tests.torture.site import Site, Wish
from tests.upgrade.story import EACH, Crew, Upgrade
from tests.upgrade.versions import FORMER, NEW, Version, coming, former
from waakvlam.clock import iso

SHORT = (("intake", "monitoring-2"), ("triage", "board", "monitoring"))
SHORT_BACK = (("monitoring-2",),)
LONG = tuple((one,) for one in EACH)
LONG_BACK = (*LONG, EACH)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an upgrade came to: numbers, broken promises with a story, and what is told only of an upgrade."""

    numbers: Mapping[str, Any]
    broken: tuple[Broken, ...]
    story: tuple[str, ...]
    steps: Sequence[str]  # of the layout, done while the former version worked
    crashes: Sequence[str]  # services that did not end as they were asked to
    not_as_sent: Sequence[str]  # events by new schemas that are not in the ledger byte for byte
    alerts: Mapping[str, frozenset[tuple[str, str]]]  # by who tells them: (alert, due)


def run(wish: Wish, waves: Sequence[Sequence[str]] = SHORT, back: Sequence[Sequence[str]] = SHORT_BACK) -> Verdict:
    """Upgrade on a site of its own, and judge."""
    began, old, new = time.monotonic(), former(), coming(wish.folder / "coming")
    making = Making(crew=Crew(old), make_ledger=old.make_ledger, agreements=old.folders[0] / "agreements")
    with site_for(wish, making) as site:
        upgrade = Upgrade(site, old, new, waves, back)
        upgrade.play()
        until = settled(site)
        found = gathered(site, until, strange=frozenset({NEW}))
        alerts = _alerts(site, until, old, new)
        recorded = upgrade.recorded()
        crashes = [one for one in site.said if "ended with code 0;" not in one]
    broken = tuple(broken_promises(found))
    told = numbers(wish, found, (), broken, time.monotonic() - began)
    return Verdict(
        {"former": FORMER[:7], **told, "by_new_schemas": len(recorded)},
        broken,
        tuple(smallest_story(found, broken[0])) if broken else (),
        upgrade.steps,
        crashes,
        sorted(one for one, value in upgrade.ahead.sent.items() if recorded.get(one) != value),
        alerts,
    )


def _alerts(site: Site, until: int, old: Version, new: Version) -> dict[str, frozenset[tuple[str, str]]]:
    """Return the alerts that were raised live, and those that the offline engine of each version finds."""
    with closing(site.open_ledger()) as ledger:
        lines = list(export_lines(ledger))
    told = [json.loads(one) for one in lines]
    last = iso(until)
    live = {(one["data"]["alert"], one["data"]["due"]) for one in told if one["type"] == "alert_raised"}
    whole, common = site.settings.data / "whole.jsonl", site.settings.data / "common.jsonl"
    whole.write_text("\n".join(lines) + "\n", "utf-8")
    known = [line for line, one in zip(lines, told, strict=True) if one["type"] != NEW]
    common.write_text("\n".join(known) + "\n", "utf-8")
    return {
        "live": frozenset(one for one in live if one[1] <= last),
        "former": _replayed(old, site.settings.agreements, common, last),
        "coming": _replayed(new, site.settings.agreements, whole, last),
    }


def _replayed(version: Version, agreements: Path, events: Path, until: str) -> frozenset[tuple[str, str]]:
    words = ("replay", "--agreements", str(agreements), "--events", str(events), "--until", until)
    rows = map(json.loads, version.run("cli.main", *words).splitlines())
    return frozenset((str(row["alert"]), str(row["due"])) for row in rows)
