"""The heartbeat told outside: a call to a dead man's switch for as long as the heart beats.

Who watches the watcher? Somebody outside, who raises the alarm when nothing was heard for a while: a dead man's switch, as
healthchecks and its likes are. It is called only after a beat that was not told before, so it hears nothing more from the
moment that the count or the auditor finds something amiss, stands still, or the process is gone.
"""

from dataclasses import dataclass

import aiohttp

from ledger import logs
from ledger.metrics import Meters
from services.monitoring.heartbeat import Heartbeat

log = logs.logger(__name__)

EVERY_SECONDS = 15.0
PATIENCE_SECONDS = 5.0


class Outward:
    """Calls the switch. Its address is a secret of its own kind, so it stands in no log and in no error."""

    def __init__(self, heartbeat: Heartbeat, url: str, *, meters: Meters) -> None:
        self._heartbeat = heartbeat
        self._url = url
        self._failures = meters.counter("waakvlam_radar_heartbeat_call_failures_total")
        self._told_at: int | None = None
        self._was_heard = True

    async def step(self) -> float:
        """Tell the newest beat, if there was one since the last call; one that was not heard is told again with the next."""
        beat_at = self._heartbeat.beat_at
        if self._url and beat_at is not None and beat_at != self._told_at:
            await self._tell(beat_at)
        return EVERY_SECONDS

    async def _tell(self, beat_at: int) -> None:
        failed = await _call(self._url)
        if failed:
            self._failures.inc()
        else:
            self._told_at = beat_at
        if failed and self._was_heard:
            log.warning("switch_not_reached", error=failed.error, status=failed.status)
        self._was_heard = not failed


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a call was not heard, without the address: the class of an error, or what was answered instead."""

    error: str | None = None
    status: int | None = None


async def _call(url: str) -> _Failed | None:
    """Call; return why it failed; None when it was heard."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS), trust_env=True) as session,
            session.get(url) as answer,
        ):
            return None if answer.ok else _Failed(status=answer.status)
    except (aiohttp.ClientError, OSError, ValueError) as error:  # OSError: also a time-out
        return _Failed(error=type(error).__name__)
