"""The short number by which people speak of a family: the first eight characters of its case's id, as on the board."""

import re

_AS_TYPED = re.compile(r"[0-9a-f]{4,32}")


def number_of(case: str) -> str:
    """Return the short number of a case."""
    bare = case.replace("-", "").upper()
    return f"{bare[:4]}-{bare[4:8]}"


def id_beginning(typed: str) -> str | None:
    """Return how the id of a case begins whose number somebody typed; any case of letters, dashes or not.

    Nothing when it is no number of a case, or has fewer than four characters.
    """
    bare = typed.strip().lower().replace("-", "").replace(" ", "")
    if not _AS_TYPED.fullmatch(bare):
        return None
    parts = (bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:])
    return "-".join(part for part in parts if part)
