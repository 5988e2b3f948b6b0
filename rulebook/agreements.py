"""All agreements of a region: read from their folder, one plan for each municipality."""

from collections.abc import Mapping
from pathlib import Path

from rulebook.matcher import Matcher
from rulebook.plan import Agreements, Plan
from rulebook.reading import read_folder
from rulebook.rules import Agreement


def load(folder: Path | str, *, fields: Mapping[str, frozenset[str]] | None = None) -> Agreements:
    """Read every agreements file of a folder. Raises AgreementError with file, line, field and reason.

    `fields` names the known `data` fields of each event type; left out, the catalogue's schemas tell.
    """
    return Agreements(read_folder(Path(folder), fields=fields))


__all__ = ["Agreement", "Agreements", "Matcher", "Plan", "load"]
