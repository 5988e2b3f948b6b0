"""Reads the comments of `values.yaml`: what each value is for, and what may be given.

A value stands under its comment lines. `# --` says what it is for, `# @ keyword: …` adds a keyword of JSON Schema, and
`# @name` names one of the shapes that `deploy/helm/schema.py` knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

KEY = re.compile(r"^(?P<indent> *)(?P<name>[A-Za-z]+):")
STEP = 2


@dataclass(slots=True)
class Told:
    """What the comment above a value says."""

    about: str = ""
    keywords: dict[str, Any] = field(default_factory=dict)
    shape: str = ""


def told_in(text: str) -> dict[tuple[str, ...], Told]:
    """Return what is told about each value, by its path; a value without a comment has none."""
    found: dict[tuple[str, ...], Told] = {}
    path: list[str] = []
    above: list[str] = []
    for line in text.splitlines():
        if line.strip().startswith("# "):
            above.append(line.strip()[2:])
        elif match := KEY.match(line):
            depth = len(match["indent"]) // STEP
            path = [*path[:depth], match["name"]]
            if any(one.startswith(("-- ", "@")) for one in above):
                found[tuple(path)] = _read(above)
            above = []
        else:
            above = []
    return found


def _read(lines: list[str]) -> Told:
    told = Told()
    for line in lines:
        if line.startswith("-- "):
            told.about = line.removeprefix("-- ")
        elif line.startswith("@ "):
            told.keywords.update(yaml.safe_load(line.removeprefix("@ ")))
        elif line.startswith("@"):
            told.shape = line.removeprefix("@")
    return told


def leaves(values: dict[str, Any], told: dict[tuple[str, ...], Told]) -> Iterator[tuple[tuple[str, ...], Any, Told]]:
    """Yield each value that has a comment, with its path and default, in the order of the file."""
    for path, one in told.items():
        value: Any = values
        for name in path:
            value = value[name]
        if one.shape or not (isinstance(value, dict) and value and any(p[:-1] == path for p in told)):
            yield path, value, one
