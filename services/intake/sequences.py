"""The running numbers of one source (`ce_sequence`): which came, which did not. Pure; `missing` keeps it and tells it.

A source counts 1, 2, 3 over all that it sends; its records lie in several partitions, so numbers arrive a little out of
order. What is behind the highest and has not come is a gap, with the moment at which that was noticed. A gap closes
when its numbers come.

A source may begin anew (a sender that was started without its file, see `waakvlam.sequence`). It is known by its own
clock, for only the order of its own sending counts: an old number sent LATER than all before it. The number 1, or more
than a hundred such, say that it begins anew; the gaps of before stay what they are. A few old numbers that come back,
as after a loss of power, change nothing. A record that comes twice is older than the newest and changes nothing either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

AGAIN_MAX = 100  # old numbers that may come back before we say that the source begins anew
GAPS_MAX = 500  # that are kept of one source; of more, the oldest are told and then let go


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Numbers that have not come, both ends included. `told_at` is 0 while nobody was told."""

    first: int
    last: int
    since: int
    told_at: int = 0
    is_closed: bool = False  # of a counting that has ended: nothing fills it any more

    @property
    def count(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


@dataclass(slots=True)
class Numbers:
    """What is known of a source's numbers. Instants `sent` are the source's own, `now` is ours."""

    highest: int = 0
    newest: int = 0  # the latest sending in this counting
    began: int = 0  # when this counting began
    gaps: list[Gap] = field(default_factory=list)
    back: list[tuple[int, int]] = field(default_factory=list)  # (sent, number): old numbers sent lately
    found: list[tuple[int, int]] = field(default_factory=list)  # numbers that were told to be missing, and came

    def note(self, arrived: Iterable[tuple[int, int]], now: int) -> None:
        """Take note of numbers that arrived, as (sent, number)."""
        for sent, number in sorted(arrived):
            self._one(sent, number, now)
        self.gaps = self.gaps[-GAPS_MAX:]

    def missing(self, until: int) -> list[Gap]:
        """Return the gaps that were noticed at `until` or before."""
        return [gap for gap in self.gaps if gap.since <= until]

    def tell(self, until: int, now: int) -> tuple[list[Gap], list[tuple[int, int]]]:
        """Return what is to be told: gaps that are old enough and new to people, and numbers found after they were told."""
        fresh = [gap for gap in self.missing(until) if not gap.told_at]
        self.gaps = [Gap(g.first, g.last, g.since, now, g.is_closed) if g in fresh else g for g in self.gaps]
        found, self.found = _joined(self.found), []
        return fresh, found

    def _one(self, sent: int, number: int, now: int) -> None:
        if sent < self.began:
            return  # of an earlier counting, late: its gaps are closed
        if not self.highest:
            self.highest, self.newest, self.began = number, sent, 0
        elif number > self.highest:
            if number > self.highest + 1:
                self.gaps.append(Gap(self.highest + 1, number - 1, now))
            self.highest, self.newest = number, max(self.newest, sent)
        elif not self._fill(number) and sent > self.newest:
            self.back.append((sent, number))
            if number == 1 or len(self.back) > AGAIN_MAX:
                self._begin_anew(number, sent, now)

    def _fill(self, number: int) -> bool:
        for place, gap in enumerate(self.gaps):
            if gap.first <= number <= gap.last and not gap.is_closed:
                rest = [(gap.first, number - 1), (number + 1, gap.last)]
                self.gaps[place : place + 1] = [
                    Gap(first, last, gap.since, gap.told_at) for first, last in rest if first <= last
                ]
                if gap.told_at:
                    self.found.append((number, number))
                return True
        return False

    def _begin_anew(self, number: int, sent: int, now: int) -> None:
        """Go over to a new counting, which began with number 1 or with the first that came back."""
        self.began = sent if number == 1 else min(at for at, _ in self.back)
        came = sorted({one for at, one in self.back if at >= self.began})
        self.newest = max(at for at, _ in self.back)
        self.gaps = [Gap(gap.first, gap.last, gap.since, gap.told_at, is_closed=True) for gap in self.gaps]
        for before, after in pairwise(came):
            if after > before + 1:
                self.gaps.append(Gap(before + 1, after - 1, now))
        self.highest, self.back = came[-1], []


def as_values(numbers: Numbers) -> dict[str, Any]:
    """Return what is known as JSON values."""
    gaps = [[gap.first, gap.last, gap.since, gap.told_at, gap.is_closed] for gap in numbers.gaps]
    known = {"highest": numbers.highest, "newest": numbers.newest, "began": numbers.began}
    return {**known, "gaps": gaps, "back": numbers.back, "found": numbers.found}


def from_values(values: dict[str, Any]) -> Numbers:
    """Return what is known from JSON values."""
    return Numbers(
        highest=values["highest"],
        newest=values["newest"],
        began=values["began"],
        gaps=[Gap(*one) for one in values["gaps"]],
        back=[(sent, number) for sent, number in values["back"]],
        found=[(first, last) for first, last in values["found"]],
    )


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
