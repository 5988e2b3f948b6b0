"""Chance with a seed: the same seed tells the same lives, on every machine and in every run."""

import random
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Chance:
    """Draws that depend on a name alone."""

    def __init__(self, name: str) -> None:
        # Not for secrets: the region must be the same each time it is told.
        self._random = random.Random(name)  # noqa: S311 - a simulation repeats itself, so it must not be secret

    def happens(self, share: float) -> bool:
        """Tell whether something with this share (0..1) happens."""
        return self._random.random() < share

    def between(self, least: float, most: float) -> float:
        """Draw a number between two bounds."""
        return self._random.uniform(least, most)

    def whole(self, least: int, most: int) -> int:
        """Draw a whole number, both bounds included."""
        return self._random.randint(least, most)

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """Draw one of some things."""
        return self._random.choice(things)

    def weighed(self, shares: dict[str, float]) -> str:
        """Draw one of some words, each with its own share."""
        return self._random.choices(list(shares), weights=list(shares.values()))[0]
