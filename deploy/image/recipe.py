"""Reads a Dockerfile: its stages, and the instructions of each with variables filled in.

Only what our own recipe uses; anything else is refused, so that nothing is passed over in silence.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = frozenset({"ARG", "CMD", "COPY", "ENV", "HEALTHCHECK", "LABEL", "RUN", "USER", "WORKDIR"})
VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: its word, and what follows with variables filled in."""

    word: str
    told: str

    def words(self) -> list[str]:
        """Return what follows as separate words."""
        return shlex.split(self.told)


@dataclass(slots=True)
class Stage:
    """What is done on a base, under which name others copy from it, and with which arguments."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)
    arguments: dict[str, str] = field(default_factory=dict)


def stages_of(text: str, given: Mapping[str, str]) -> list[Stage]:
    """Return the stages of a Dockerfile, built with these arguments; raises ValueError for what is not known here."""
    outer: dict[str, str] = {}
    stages: list[Stage] = []
    for word, told in _instructions(text):
        if word == "FROM":
            base, *named = _filled(told, outer).split()
            stages.append(Stage(base, named[1] if named else ""))
        elif not stages and word == "ARG":
            outer |= _argument(told, given)
        elif word not in KNOWN:
            raise ValueError(f"{word} is not known here: teach deploy/image/recipe.py what it does")
        else:
            _add(stages[-1], word, told, given)
    return stages


def _add(stage: Stage, word: str, told: str, given: Mapping[str, str]) -> None:
    if word == "ARG":
        stage.arguments |= _argument(told, given)
        return
    stage.steps.append(Step(word, _filled(told, stage.arguments)))


def _argument(told: str, given: Mapping[str, str]) -> dict[str, str]:
    name, _, default = told.partition("=")
    return {name: given.get(name, default)}


def _filled(told: str, arguments: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: arguments.get(found[1], found[0]), told)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, told = line.partition(" ")
        yield word, " ".join(told.split())


def let_through(ignore: str, root: Path) -> list[Path]:
    """Return the files and links that `.dockerignore` lets through: it names what goes along, after one `*`."""
    patterns = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    if patterns[0] != "*":
        raise ValueError(".dockerignore begins with *: what goes along is named")
    tops = [root / one.removeprefix("!") for one in patterns if one.startswith("!")]
    refused = [one for one in patterns[1:] if not one.startswith("!")]
    found = [path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*"))) if _goes(path)]
    return [path for path in found if not any(_is_under(path.relative_to(root), one) for one in refused)]


def _goes(path: Path) -> bool:
    """Tell whether a path is copied by itself: a file, or a link wherever it leads (the schemas of the SDK are one)."""
    return path.is_symlink() or path.is_file()


def _is_under(path: Path, pattern: str) -> bool:
    name = pattern.removeprefix("**/")
    if pattern.startswith("**/"):
        return any(Path(part).match(name) for part in path.parts)
    return path.is_relative_to(name)
