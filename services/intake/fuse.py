"""The fuse: too much set aside from one agency stops that agency's flow, so that a bad release throws nothing away.

Pure. It blows at 100 records in a row that are set aside, or at more than 5 in 100 of the last 1,000; the share is
judged from the 200th record on, so that an agency that sends little has a fuse too, and one that begins with a few bad
records is not stopped for them. It is mended by a person, after a look at the dead letters: `waakvlam fuse reset`.
It stands in the ledger with all that it counted (`fuses`), so a restart in the middle of a flood hides none of it.
"""

from dataclasses import dataclass

WINDOW = 1_000
SEEN_MIN = 200
SHARE_MAX = 0.05
IN_A_ROW_MAX = 100

_MASK = (1 << WINDOW) - 1


@dataclass(frozen=True, slots=True)
class Fuse:
    """What the last records of one agency came to."""

    seen: int = 0
    in_a_row: int = 0
    window: int = 0  # one bit for each of the last 1,000: set if it was set aside
    blown: bool = False

    def after(self, *, set_aside: bool) -> "Fuse":
        """Return the fuse after one more record."""
        window = ((self.window << 1) | set_aside) & _MASK
        seen = min(self.seen + 1, WINDOW)
        if not set_aside:
            return Fuse(seen, 0, window, self.blown)
        in_a_row = self.in_a_row + 1
        share_too_high = seen >= SEEN_MIN and window.bit_count() > seen * SHARE_MAX
        return Fuse(seen, in_a_row, window, self.blown or in_a_row >= IN_A_ROW_MAX or share_too_high)

    @property
    def set_aside(self) -> int:
        """How many of the last 1,000 were set aside."""
        return self.window.bit_count()
