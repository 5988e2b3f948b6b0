"""How fast the rule book is: replay of demo-like histories, short and long, and learning one event at a time. Prints JSON.

    .venv/bin/python -m bench.replay [--events N ...] [--seed N] [--profile]

The families are made from a seed: a report, an assessment, a handover, a team at work, monitoring, now and then a refusal,
a stall, a late report, a correction, a closing. Names and numbers belong to nobody.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from cli import compiled
from rulebook.agreements import Agreements, load
from rulebook.engine import CaseWatch
from rulebook.event import parse
from rulebook.instants import DAY, SECOND, format_instant, parse_instant
from rulebook.replay import by_recording, replay

AGREEMENTS = Path(__file__).parent.parent / "agreements"
BEGIN = parse_instant("2023-11-24T08:00:00+01:00")
# The command, and at its end how much memory it had: what the kernel counts for a child begins with that of its parent.
COMMAND = """
import atexit, sys
from pathlib import Path
atexit.register(lambda: sys.stderr.write(Path("/proc/self/status").read_text("utf-8")))
from cli.main import app
app()
"""
# With the rule book imported first, it takes nothing that was compiled.
AS_WRITTEN = f"import rulebook.replay\n{COMMAND}"
MUNICIPALITIES = ("0014", "1966", "1979", "1969", "1952")


class Family:
    """One family's history, line by line."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.case = f"case-{number:06d}"
        self.dice = dice
        self.municipality = dice.choice(MUNICIPALITIES)
        self.at = BEGIN + dice.randrange(700) * DAY + dice.randrange(86_400) * SECOND
        self.lines: list[dict[str, Any]] = []

    def tell(self, name: str, agency: str, hours: float, **data: Any) -> str:
        """Add an event some time after the one before; a few are told late."""
        self.at += int(hours * 3600 * SECOND * self.dice.uniform(0.3, 1.7))
        late = self.dice.random()
        delay = self.dice.randrange(1, 5) * DAY if late < 0.03 else self.dice.randrange(1, 30) * SECOND
        event_id = f"{self.case}-{len(self.lines)}"
        self.lines.append(
            {
                "id": event_id,
                "type": name,
                "case": self.case,
                "agency": agency,
                "municipality": self.municipality,
                "occurred_at": format_instant(self.at),
                "recorded_at": format_instant(self.at + delay),
                "data": data,
            }
        )
        return event_id

    def live(self) -> None:
        """Tell the life of this family in the ledger."""
        persons = [{"person": "p1", "role": "victim", "child": False}, {"person": "p2", "role": "child", "child": True}]
        self.tell("report_received", "politie-nn", 1, report_id="r1", channel="phone", persons=persons)
        self.tell("report_classified", "triage", 0.01, report_id="r1", **{"class": "first"})
        self.tell("case_routed", "triage", 0.01, queue="regular", priority=4)
        self.tell("safety_assessed", "veilig-thuis-groningen", 70, report_id="r1", urgency="orange")
        self.tell("triage_decided", "veilig-thuis-groningen", 10, report_id="r1", decision="direct_handover")
        self.tell("reporter_informed", "veilig-thuis-groningen", 40, report_id="r1")
        self.tell("household_informed", "veilig-thuis-groningen", 60, report_id="r1")
        if self.dice.random() < 0.1:
            self.tell("case_closed", "veilig-thuis-groningen", 24, reason="advice")
            return
        self.hand_over()
        self.work()

    def hand_over(self) -> None:
        """Offer the case until somebody takes it."""
        for turn in range(3):
            self.tell("handover_offered", "veilig-thuis-groningen", 20, handover_id=f"h{turn}", to_agency="team")
            if turn == 2 or self.dice.random() < 0.9:
                self.tell("handover_accepted", "team", 50, handover_id=f"h{turn}", after="investigation")
                return
            self.tell("handover_refused", "team", 60, handover_id=f"h{turn}", reason="capacity")

    def work(self) -> None:
        """Let the team work, and Veilig Thuis monitor."""
        self.tell("first_contact_made", "team", 70)
        self.tell("director_assigned", "team", 20, director="d1")
        self.tell("plan_agreed", "team", 120, plan="safety")
        for number in range(self.dice.randrange(3)):
            on = format_instant(self.at + self.dice.randrange(20, 60) * DAY)[:10]
            self.tell("condition_set", "team", 10, condition_id=f"v{number}", check_on=on)
        for turn in range(self.dice.randrange(6, 24)):
            told = self.tell("family_contacted", "team", 300)
            if self.dice.random() < 0.02:
                self.tell("event_withdrawn", "team", 20, event_id=told, reason="dubbel-verstuurd")
            if turn % 6 == 5:
                self.tell("monitoring_moment_done", "veilig-thuis-groningen", 30, moment=turn // 6 + 1)
        if self.dice.random() < 0.6:
            self.tell("condition_met", "team", 10, condition_id="v0")
            self.tell("direct_safety_reached", "team", 100)
        if self.dice.random() < 0.4:
            self.tell("stable_safety_reached", "team", 2000)
            self.tell("case_closed", "team", 500, reason="stable")


def lines(events: int, seed: int) -> list[str]:
    """Return so many lines in the order in which they were recorded, as a ledger would export them."""
    dice = random.Random(seed)
    told: list[dict[str, Any]] = []
    number = 0
    while len(told) < events:
        family = Family(number, dice)
        family.live()
        told += family.lines
        number += 1
    told = sorted(told, key=lambda line: line["recorded_at"])[:events]
    return [json.dumps(line) for line in told]


def learning(agreements: Agreements, told: list[str]) -> Iterator[float]:
    """Yield the microseconds that each learning took, live: in the order of the ledger, over all cases."""
    watches: dict[str, CaseWatch] = {}
    events = [parse(line) for line in told]
    for event in events:
        assert event.case is not None, "every line of this history has a case"
        watch = watches.setdefault(event.case, CaseWatch(agreements, event.case))
        start = time.perf_counter()
        for at, group in groupby([event], key=by_recording):
            watch.learn(group, at)
        yield (time.perf_counter() - start) * 1e6


def whole(events: int, seed: int) -> dict[str, object]:
    """Return what `waakvlam replay` takes for a file of so many events, as it is written and, after `make compiled`, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        file.write_text("\n".join(lines(events, seed)) + "\n", "utf-8")
        options = ["replay", "--agreements", str(AGREEMENTS), "--events", str(file)]
        found: dict[str, object] = {"as_written": took(events, ["-c", AS_WRITTEN, *options])}
        if compiled.folder(AGREEMENTS.parent).is_dir():
            found["compiled"] = took(events, ["-c", COMMAND, *options])
    return found


def took(events: int, command: list[str]) -> dict[str, object]:
    """Run a command of Python; return its processor time, start included, its time and its memory."""
    begin = time.perf_counter()
    before = os.times()
    done = subprocess.run(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
    )
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    peak = next(line.split()[1] for line in done.stderr.splitlines() if line.startswith("VmHWM"))
    return {
        "cpu_seconds": round(seconds, 2),
        "wall_seconds": round(time.perf_counter() - begin, 2),
        "peak_mib": int(peak) // 1024,
        "events_per_cpu_second": round(events / seconds),
    }


def profiled(agreements: Agreements, told: list[str]) -> None:
    """Print where a replay spends its time."""
    profile = cProfile.Profile()
    profile.runcall(lambda: sum(1 for _ in replay(agreements, told, None)))
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments.add_argument("--seed", type=int, default=20261124)
    arguments.add_argument("--profile", action="store_true")
    chosen = arguments.parse_args()
    agreements = load(AGREEMENTS)
    told = lines(chosen.events[0], chosen.seed)
    if chosen.profile:
        profiled(agreements, told)
    learnt = sorted(list(learning(agreements, told))[len(told) // 10 :])
    found = {
        "replay": {str(events): whole(events, chosen.seed) for events in chosen.events},
        "learn_us_mean": round(statistics.fmean(learnt), 1),
        "learn_us_median": round(learnt[len(learnt) // 2], 1),
        "learn_us_p99": round(learnt[len(learnt) * 99 // 100], 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
