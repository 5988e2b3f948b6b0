"""What may be told of counts: rounded to five, and nothing of fewer than five, so that no family can be found in a table.

Every number that leaves the system for policy goes through here (REQ-PRV-11). `told` is for a count that stands by
itself. Counts that add up to a total go through `told_together`: totals are rounded by themselves, and a total that would
give away what is hidden in its own list (two hidden counts of four under a "10") is told as the nearest that does not.
"""

from collections.abc import Iterable, Sequence

ROUNDED_TO = 5
SMALL = 5  # counts from 1 up to this are hidden
HIDDEN = "<5"
_OFF = ROUNDED_TO // 2  # how far a told count may be from the exact one


def told(count: int) -> int | None:
    """Return a count as it may be told: to the nearest five; nothing for 1 to 4."""
    if 0 < count < SMALL:
        return None
    return ROUNDED_TO * round(count / ROUNDED_TO)


def in_words(count: int | None) -> str:
    """Return a count that `told` gave, as it stands in a table."""
    return HIDDEN if count is None else str(count)


def told_together(*lists: Sequence[int]) -> tuple[list[list[int | None]], int | None] | None:
    """Return lists of counts as they may be told, and the one total that each of them adds up to.

    Nothing at all when no total hides what is hidden. Where a hidden count is told as hidden, at least two values fit
    with all that is told, also for who knows this text.
    """
    total = sum(lists[0])
    assert all(sum(one) == total for one in lists), "the lists are parts of one and the same whole"
    cells = [[told(count) for count in one] for one in lists]
    by_nearness = sorted(_totals(cells), key=lambda one: (one is None, abs((one or 0) - total)))
    wanted = told(total)
    for candidate in (wanted, *by_nearness):
        if _hides(cells, candidate):
            return cells, candidate
    return None


def exact_between(count: int | None) -> tuple[int, int]:
    """Return the least and the most that a told count stands for."""
    if count is None:
        return 1, SMALL - 1
    if count == 0:
        return 0, 0
    return max(SMALL, count - _OFF), count + _OFF


def _totals(cells: Iterable[Sequence[int | None]]) -> list[int | None]:
    """Return the totals that could stand under these lists."""
    most = min(_between(one)[1] for one in cells)
    return [None, *range(ROUNDED_TO, most + ROUNDED_TO, ROUNDED_TO)]


def _hides(cells: Sequence[Sequence[int | None]], total: int | None) -> bool:
    """Tell whether each hidden count can be at least two numbers, for who knows the lists and their total."""
    ranges = [exact_between(total), *(_between(one) for one in cells)]
    least, most = max(low for low, _ in ranges), min(high for _, high in ranges)
    if least > most:
        return False
    for one in cells:
        if None not in one:
            continue
        low, high = _between(one)
        # All others of its list together are between these.
        others_low, others_high = low - 1, high - (SMALL - 1)
        if min(SMALL - 1, most - others_low) - max(1, least - others_high) < 1:
            return False
    return True


def _between(cells: Iterable[int | None]) -> tuple[int, int]:
    """Return the least and the most that a told list can add up to."""
    ends = [exact_between(one) for one in cells]
    return sum(low for low, _ in ends), sum(high for _, high in ends)
