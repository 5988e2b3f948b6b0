"""Looking for what is about persons in everything that a run left behind: files, logs, topics as they lie on disk."""

import re
from collections.abc import Iterable
from pathlib import Path


def files_that_tell(folder: Path, secrets: Iterable[str]) -> set[str]:
    """Return the files under a folder that hold one of these texts, as paths from that folder."""
    wanted = re.compile(b"|".join(sorted(re.escape(one.encode()) for one in secrets)))
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)) for one in files if wanted.search(one.read_bytes())}
