"""A file that is there whole or not at all: what was there before stays until the new one is durable."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger.private import FILE_MODE, private_folder

PART = ".part"
_BUFFER_BYTES = 1 << 20


class InUse(OSError):
    """Another process is writing the same file."""


class WholeFile:
    """Write within `with`; only when it ends without an error does the file get its name. For our user alone.

    Killed at any instant, it leaves the earlier file as it was, and beside it a `.part` that the next run overwrites.
    """

    def __init__(self, path: Path, *, buffer_bytes: int = _BUFFER_BYTES) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART)
        self._buffer = bytearray()
        self._buffer_bytes = buffer_bytes
        private_folder(path.absolute().parent)
        self._file = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise InUse(None, "another export is being written here", str(path)) from None
        os.ftruncate(self._file, 0)

    def write(self, content: bytes) -> None:
        """Add to the end."""
        self._buffer += content
        if len(self._buffer) >= self._buffer_bytes:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
                os.fsync(self._file)
                self._part.rename(self._path)
                self._remember_name()
            else:
                self._part.unlink(missing_ok=True)
        finally:
            os.close(self._file)

    def _flush(self) -> None:
        written = 0
        while written < len(self._buffer):
            written += os.write(self._file, memoryview(self._buffer)[written:])
        self._buffer = bytearray()

    def _remember_name(self) -> None:
        folder = os.open(self._path.absolute().parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
