"""A disk of its own for a part of a run, small enough to be filled to the last byte in earnest; only root can make one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path

CHUNKS = (1_048_576, 65_536, 4_096)


class SmallDisk:
    """A file system with so many bytes of room; `folder` is where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / ".ballast"

    def fill(self) -> None:
        """Take all room that is left, also what was let go of since the last time."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in CHUNKS:
                with suppress(_Full):
                    while True:
                        _written(file.fileno(), size)

    def make_room(self) -> None:
        """Give it all back."""
        self._ballast.unlink(missing_ok=True)


class _Full(Exception):
    """There is no room for so much."""


def _written(file: int, size: int) -> None:
    try:
        if os.write(file, bytes(size)) < size:
            raise _Full
    except OSError as error:
        if error.errno == ENOSPC:
            raise _Full from None
        raise


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Put a small disk in a folder while this lasts; whoever uses it must have ended before."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        folder.chmod(0o755)  # the database's own user must be able to pass
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
