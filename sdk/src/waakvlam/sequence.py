"""The running number of a source: CloudEvents `sequence`, by which a reader sees that something is missing.

The number must go on after a restart. `SequenceFile` keeps it in a small file: the number is written down *before* the
message is handed over, so a crash can burn a number (a gap that is real: that message was never sent) but never gives
two messages one number. After a loss of power the last numbers may come back; the ledger does not mind, for it tells
events apart by their id.
"""

import os
import sys
from pathlib import Path
from typing import Protocol

from waakvlam.errors import SequenceTaken, WaakvlamError

_WIDTH = 20


class Sequence(Protocol):
    """Gives the next number of a source."""

    def next(self) -> int:
        """Return the next number, greater than every earlier one."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class SequenceInMemory:
    """Counts from a start that the caller knows, for example from its own database."""

    def __init__(self, start: int = 1) -> None:
        self._next = start

    def next(self) -> int:
        """Return the next number."""
        number, self._next = self._next, self._next + 1
        return number

    def close(self) -> None:
        """Let go of nothing."""


class SequenceFile:
    """Counts in a file of 20 digits, which one publisher at a time may use."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file, path)
            self._last = _number_in(self._file, path)
        except WaakvlamError:
            os.close(self._file)
            raise

    def next(self) -> int:
        """Return the next number, which is in the file before it is returned."""
        self._last += 1
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, f"{self._last:0{_WIDTH}d}\n".encode())
        return self._last

    def close(self) -> None:
        """Write the file through to the disk and let go of it. Closing twice is harmless."""
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1


def _number_in(file: int, path: Path) -> int:
    text = os.read(file, _WIDTH + 1).strip()
    if not text:
        return 0
    if not text.isdigit():
        raise SequenceTaken(f"{path.name} bevat geen volgnummer; is dit het goede bestand?")
    return int(text)


def _lock(file: int, path: Path) -> None:
    """Refuse a second publisher, where the system can lock a file (Windows is left to its administrator)."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SequenceTaken(f"{path.name} is al in gebruik door een andere verzender van deze organisatie.") from None
