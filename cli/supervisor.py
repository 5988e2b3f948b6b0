"""The supervisor: keeps the services of one machine running, and leaves no process behind.

A service that ends is started again, after a pause that doubles with each failure in a row and is forgotten once it has
run for a while. `stop` asks all of them to end, waits, and then makes sure.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledger.private import private_folder

FIRST_PAUSE_SECONDS = 0.5
PAUSE_SECONDS_MAX = 30.0
WELL_AFTER_SECONDS = 60.0
STOPPED_WITHIN_SECONDS = 15.0
LAST_WORDS_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running: how it is called, started, and where it says whether it is ready."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    address: str = ""


@dataclass(slots=True)
class _Kept:
    """A program and the process that runs it now."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float = 0.0


def pause_seconds(failures: int) -> float:
    """Return how long to wait before the next start after so many failures in a row."""
    return min(PAUSE_SECONDS_MAX, FIRST_PAUSE_SECONDS * 2.0 ** (failures - 1)) if failures else 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts programs, starts them again when they die, and stops them."""

    programs: Iterable[Program]
    logs: Path
    tell: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    well_after_seconds: float = WELL_AFTER_SECONDS
    _kept: list[_Kept] = field(default_factory=list)

    def start(self) -> None:
        """Start every program."""
        private_folder(self.logs)
        self._kept = [_Kept(program) for program in self.programs]
        self.look()

    def look(self) -> None:
        """See which programs have ended, and start those whose pause is over. Call this a few times a second."""
        for kept in self._kept:
            if kept.process is not None and (code := kept.process.poll()) is not None:
                self._note_end(kept, code)
            if kept.process is None and self.now() >= kept.start_at:
                self._launch(kept)

    def pids(self) -> dict[str, int]:
        """Return the process id of each program that runs."""
        return {one.program.name: one.process.pid for one in self._kept if one.process is not None}

    def last_words(self, name: str) -> str:
        """Return the end of a program's log."""
        try:
            return (self.logs / f"{name}.log").read_text("utf-8", errors="replace")[-LAST_WORDS_CHARACTERS:].strip()
        except OSError:
            return "(no log)"

    def stop(self) -> None:
        """End every program: ask first, and after a while do not ask any more. Nothing is left when this returns."""
        running = [one.process for one in self._kept if one.process is not None]
        for process in running:
            _signal(process, signal.SIGTERM)
        deadline = self.now() + STOPPED_WITHIN_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - self.now()))
            _signal(process, signal.SIGKILL)  # the whole group: also what the service itself may have started
            process.wait()
        self._kept = []

    def _launch(self, kept: _Kept) -> None:
        with (self.logs / f"{kept.program.name}.log").open("ab") as log:
            kept.process = subprocess.Popen(
                [*with_us(), *kept.program.command],
                env=dict(kept.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we pass it on in order
            )
        kept.started_at = self.now()

    def _note_end(self, kept: _Kept, code: int) -> None:
        kept.process = None
        well = self.now() - kept.started_at >= self.well_after_seconds
        kept.failures = 1 if well else kept.failures + 1
        pause = pause_seconds(kept.failures)
        kept.start_at = self.now() + pause
        log = self.logs / f"{kept.program.name}.log"
        self.tell(f"{kept.program.name} ended with code {code}; it starts again in {pause:g} s. Its log: {log}")


def with_us() -> list[str]:
    """Return the prefix that ends a child with us, where the system has one; services bear being killed at any instant."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _signal(process: subprocess.Popen[bytes], which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, which)
