"""Looking for what is about persons in everything that a run left behind: files, logs, topics as they lie on disk."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_HEX = re.compile(rb"[0-9a-f]{32,}")


def files_that_tell(folder: Path, pseudonyms: Iterable[str]) -> set[str]:
    """Return the files under a folder that hold one of these pseudonyms (32 hex digits), as paths from that folder."""
    wanted = {one.encode() for one in pseudonyms}
    assert all(len(one) == 32 for one in wanted)
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)) for one in files if not wanted.isdisjoint(_runs(one.read_bytes()))}


def _runs(content: bytes) -> Iterator[bytes]:
    for found in _HEX.findall(content):
        yield from (found[at : at + 32] for at in range(len(found) - 31))


def files_that_hold(folder: Path, canaries: Iterable[str]) -> dict[str, set[str]]:
    """Return the files under a folder that hold one of these texts, in any byte, each with those that it holds."""
    wanted = {one: one.encode() for one in canaries}
    found = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if held := {name for name, text in wanted.items() if text in content}:
                found[str(file.relative_to(folder))] = held
    return found
