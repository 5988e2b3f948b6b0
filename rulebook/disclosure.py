"""What may be told of counts: rounded to five, and nothing of fewer than five, so that no family can be found in a table.

Every number that leaves the system for policy goes through `told` (REQ-PRV-11). Totals are rounded by themselves, so a
hidden count cannot be found by subtraction.
"""

ROUNDED_TO = 5
SMALL = 5  # counts from 1 up to this are hidden
HIDDEN = "<5"


def told(count: int) -> int | None:
    """Return a count as it may be told: to the nearest five; nothing for 1 to 4."""
    if 0 < count < SMALL:
        return None
    return ROUNDED_TO * round(count / ROUNDED_TO)


def in_words(count: int | None) -> str:
    """Return a count that `told` gave, as it stands in a table."""
    return HIDDEN if count is None else str(count)
