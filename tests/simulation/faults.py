"""What goes wrong, and when: drawn from the seed before anything happens, and printed when a run fails."""

import random
from dataclasses import dataclass

from region.moments import DAY, HOUR, MINUTE
from waakvlam.clock import iso

SERVICES = ("intake", "triage", "monitoring")
LONG = ("intake", "monitoring", "broker")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at an instant. `steps` is for a crash: so many steps later the process is gone."""

    at: int
    kind: str
    target: str = ""
    length: int = 0
    steps: int = 0

    def __str__(self) -> str:
        hours = f", {self.length / HOUR:.1f} hours" if self.length else ""
        steps = f", {self.steps} steps later" if self.steps else ""
        return f"{iso(self.at)} {self.kind} {self.target}{hours}{steps}"


def faults_of(seed: str, *, start: int, until: int) -> list[Fault]:
    """Return what goes wrong between two instants, in order: about as much in two and a half years as in twenty real ones."""
    chance = random.Random(f"{seed}/faults")
    years = (until - start) / (365 * DAY)

    def some(yearly: float) -> list[int]:
        return [chance.randrange(start + DAY, until - 5 * DAY) for _ in range(max(1, round(yearly * years)))]

    found = [
        Fault(at, "crash", chance.choice(SERVICES), steps=chance.choice([1, 2, 3, 5, 8, 13, 40, 120]))
        for at in some(60)
    ]
    found += [Fault(at, "stop", chance.choice(SERVICES), length=_length(chance)) for at in some(5)]
    found += [Fault(at, "broker away", length=min(_length(chance), DAY)) for at in some(4)]
    found += [Fault(at, "backup", "radar") for at in some(6)]
    found += [Fault(at, "restore", "radar") for at in some(1.2)]
    found += [Fault(at, "loss", "radar") for at in some(0.4)]
    found += [Fault(at, "loss", "triage") for at in some(0.8)]
    found += [Fault(at, "topic made anew", "case-events") for at in some(0.4)]
    return sorted(found, key=lambda one: (one.at, one.kind))


def _length(chance: random.Random) -> int:
    return int(
        chance.choice([chance.uniform(MINUTE, 20 * MINUTE), chance.uniform(HOUR, DAY), chance.uniform(DAY, 4 * DAY)])
    )
