"""When what is done to whom: a pure function of the seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

RARE = frozenset({"deciding", "delivering", "recording"})  # steps of alerts: few, beside what agencies send


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow: what is done, to what, and after how many steps of its work since it was last looked at."""

    trouble: str
    station: str
    after: int


def schedule(seed: str, number: int, kinds: Sequence[tuple[str, str]], *, wave: int) -> list[Strike]:
    """Return so many strikes of these kinds (trouble, station), evenly spread over them, in an order of the seed.

    `wave` is how many events are let in for each; a strike falls somewhere in the work that they make.
    """
    rng = Random(f"{seed}/schedule")
    strikes: list[Strike] = []
    while len(strikes) < number:
        bag = list(kinds)
        rng.shuffle(bag)
        for trouble, station in bag:
            steps = rng.random() * 0.5 * wave
            strikes.append(Strike(trouble, station, 1 + int(steps / 50 if station in RARE else steps)))
    return strikes[:number]
