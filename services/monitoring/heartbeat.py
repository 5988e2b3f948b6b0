"""The one outward sign that every family is watched: a heart that beats while all is well, and is silent otherwise.

It beats only while four things hold: of every partition that is ours it is known up to when all was read, the last count found no
open case without a next instant or an open alert, the auditor's last round over all cases found nothing and the one under way
found nothing so far, and the auditor itself is at work. Whoever waits outside for the next beat needs to understand nothing else.
"""

from ledger.metrics import Meters
from waakvlam.clock import Clock

AUDITOR_SILENT_MICROS = 30_000_000
STOPPED_AFTER_MICROS = 45_000_000


class Heartbeat:
    """Beats when it is asked to, if all is well."""

    def __init__(self, real: Clock, meters: Meters) -> None:
        self._real = real
        self._gauge = meters.gauge("waakvlam_radar_heartbeat_timestamp_seconds")
        self.is_sound = False  # the last whole round found nothing, nor did the one under way so far
        self._audited_at: int | None = None
        self.beat_at: int | None = None  # the last beat, in real microseconds

    def audited(self, *, is_amiss: bool, is_done: bool) -> None:
        """Take note of a page of the auditor, or of the end of a round; `is_amiss`: it found something, or could not see all."""
        self._audited_at = self._real.micros()
        if is_amiss:
            self.is_sound = False
        elif is_done:
            self.is_sound = True

    def counted(self, *, without_deadline: int, is_seeing: bool) -> None:
        """Take note of a count over all cases, and whether every partition was read up to a known instant; beat if all is well."""
        now = self._real.micros()
        is_at_work = self._audited_at is not None and 0 <= now - self._audited_at < AUDITOR_SILENT_MICROS
        if self.is_sound and is_at_work and is_seeing and not without_deadline:
            self.beat_at = now
            self._gauge.set(now / 1e6)

    def is_beating(self) -> bool:
        """Tell whether the last beat was a short while ago."""
        return self.beat_at is not None and 0 <= self._real.micros() - self.beat_at < STOPPED_AFTER_MICROS
