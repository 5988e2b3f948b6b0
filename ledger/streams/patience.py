"""Patience with a database that is away: a server that is started anew is back in seconds, and a service takes longer to start.

What was under way is done again from what the database then says, as after a start; so nothing is lost by waiting. A database
that stays away is no reason to wait for ever: then the process ends, loudly, and whoever keeps it running starts it again.
"""

import time
from collections.abc import Callable

from ledger import logs
from ledger.errors import Away

AWAY_SECONDS_MAX = 300.0
AGAIN_AFTER_SECONDS = 1.0

log = logs.logger(__name__)


class Patience:
    """Of one part of a service; `seconds` is a clock of the machine that never stands still."""

    def __init__(self, part: str, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._part = part
        self._seconds = seconds
        self._since: float | None = None

    def bear(self, error: Away) -> float:
        """Return after how many seconds to try again; raises the error when the database is away for too long."""
        now = self._seconds()
        if self._since is None:
            self._since = now
            log.warning("database_away", part=self._part, exc_info=error)
        if now - self._since > AWAY_SECONDS_MAX:
            raise error
        return AGAIN_AFTER_SECONDS

    def over(self) -> None:
        """Take note that it answers."""
        if self._since is not None:
            log.info("database_back", part=self._part, seconds=round(self._seconds() - self._since, 1))
        self._since = None
