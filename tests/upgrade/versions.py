"""The versions that an upgrade is made from and to: a former commit, and this tree with what the next version may add.

The former one is taken out of the repository (`git archive`) and run from there. Where every package that it pins is here in
the same version, it runs in this environment, and only the project differs; else an environment of its own is made, by uv from
what it has already fetched. The next version is this tree with a layout more, a field more and an event type more: so that
there is always something between the two, also when this tree added nothing since.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.broker import PROJECT
from cli.settings import Settings
from waakvlam.catalogue import EventType, event_type_of, event_types

# The version that is upgraded from: at a release, the release before it. It must know decision 48.
FORMER = "9f3de1915af58d14acef312879f4bc49cfee2706"

KEPT = PROJECT / ".cache" / "upgrade"
PINS = "requirements.txt"
CHANGED, NEW = "family_contacted", "family_remembered"  # an event with a field more, and a type that was not there
_PIN = re.compile(r"^([A-Za-z0-9._-]+==\S+)", re.MULTILINE)
_A_LAYOUT_MORE = """

# The next layout adds a table.
LAYOUT += 1
STEPS[LAYOUT] = f"layout {LAYOUT}: a table more"
CREATE = (
    *CREATE,
    "CREATE TABLE IF NOT EXISTS of_the_next_version (id text PRIMARY KEY)",
    f"UPDATE state SET value = {LAYOUT} WHERE name = 'layout'",
)
"""


class NoFormerVersion(Exception):
    """The version to upgrade from is not here; the message says how to get it."""


@dataclass(frozen=True)
class Version:
    """A version of Waakvlam that can be run: by which Python, and from which folders."""

    name: str
    python: str
    folders: tuple[Path, ...]

    @property
    def surroundings(self) -> Mapping[str, str]:
        """What tells Python to take the project from there, and from nowhere else."""
        return {"PYTHONPATH": os.pathsep.join(map(str, self.folders)), "PYTHONSAFEPATH": "1"}

    def run(self, *words: str, **places: str) -> str:
        """Run one of its modules to its end; return what it printed."""
        told = subprocess.run(
            [self.python, "-m", *words],
            env={**os.environ, **places, **self.surroundings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, f"{self.name}, {' '.join(words)}: {told.stderr[-2000:]}"
        return told.stdout

    def make_ledger(self, settings: Settings) -> None:
        """Make a ledger of its own layout."""
        words = "import sys; from ledger.recorders import open_recorder; open_recorder(sys.argv[1]).close()"
        surroundings = {**os.environ, **self.surroundings}
        subprocess.run([self.python, "-c", words, settings.ledger_url], env=surroundings, check=True)

    def comes_from(self) -> list[Path]:
        """Return from which files it takes each of its packages, as it says itself."""
        asked = "import ledger, rulebook, services, waakvlam, cli; print(*(one.__file__ for one in (ledger, rulebook, services, waakvlam, cli)))"
        told = subprocess.run(
            [self.python, "-c", asked],
            env={**os.environ, **self.surroundings},
            capture_output=True,
            text=True,
            check=True,
        )
        return [Path(one) for one in told.stdout.split()]


def former(commit: str = FORMER, kept: Path = KEPT) -> Version:
    """Return the former version, taken out of the repository once; raises NoFormerVersion when it is not there."""
    folder = kept / commit
    if not (folder / "ready").exists():
        _take_out(commit, folder / "tree")
        _pinned_alike(folder / "tree") or _make_environment(folder)
        (folder / "ready").touch()
    own = folder / "venv" / "bin" / "python"
    tree = folder / "tree"
    return Version("former", str(own) if own.exists() else sys.executable, (tree, tree / "sdk" / "src"))


def coming(folder: Path) -> Version:
    """Return this tree with what the next version may add, made in a folder."""
    packages = folder / "packages"
    shutil.copytree(PROJECT / "sdk" / "src" / "waakvlam", packages / "waakvlam", ignore=_compiled)
    shutil.copytree(PROJECT / "ledger", packages / "ledger", ignore=_compiled)
    with (packages / "ledger" / "tables.py").open("a", encoding="utf-8") as tables:
        tables.write(_A_LAYOUT_MORE)
    for one in new_types():
        file = packages / "waakvlam" / "schemas" / one.chapter / f"{one.name}.v{one.version}.avsc"
        file.write_text(json.dumps(one.schema, ensure_ascii=False), "utf-8")
    _with_classes(packages / "waakvlam" / "messages" / "contact.py", version=new_types()[0].version)
    return Version("coming", sys.executable, (packages, PROJECT, PROJECT / "sdk" / "src"))


def new_types() -> tuple[EventType, EventType]:
    """Return the event with a field more, and the event type that is new."""
    today = event_types()[CHANGED]
    more = {"name": "by_telephone", "type": ["null", "boolean"], "default": None, "doc": "Whether it was by telephone."}
    changed = {**today.schema, "fields": [*today.schema["fields"], more]}
    new = {
        **today.schema,
        "name": NEW,
        "nl": "gezin-herinnerd",
        "timeline": "{agency} herinnerde het gezin aan de afspraak.",
    }
    return (
        event_type_of(today.chapter, CHANGED, today.version + 1, changed),
        event_type_of(today.chapter, NEW, 1, new),
    )


def _with_classes(file: Path, *, version: int) -> None:
    """Give the event that is changed and the one that is new the classes that an SDK has of them."""
    text, word = file.read_text("utf-8"), '"""There was contact with the family again.'
    begin = re.sub(r"class FamilyContacted\(.*\):", f"class FamilyContacted(Message, version={version}):", text)
    changed = begin.replace(f"    {word}", f"    by_telephone: bool | None = None\n    {word}")
    assert changed != begin != text, f"{file.name} has no such class any more"
    file.write_text(
        f'{changed}\n\nclass FamilyRemembered(Message):\n    """The family was reminded of what was agreed."""\n',
        "utf-8",
    )


def _take_out(commit: str, tree: Path) -> None:
    has_it = subprocess.run(
        ["git", "-C", PROJECT, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True, check=False
    )
    if has_it.returncode:
        raise NoFormerVersion(
            f"The version to upgrade from, {commit[:7]}, is not in this copy of the repository. "
            "Fetch the whole history (git fetch --unshallow), or name another commit in tests/upgrade/versions.py."
        )
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = subprocess.run(["git", "-C", PROJECT, "archive", commit], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", tree], input=archive.stdout, check=True)


def _pinned_alike(tree: Path) -> bool:
    """Tell whether every package that the former version pins is pinned here in the same version."""
    return pins_of(tree / PINS) <= pins_of(PROJECT / PINS)


def pins_of(file: Path) -> set[str]:
    """Return the packages that a file pins, each with its version."""
    return set(_PIN.findall(file.read_text("utf-8")))


def _make_environment(folder: Path) -> None:
    """Make an environment with what the former version pins; what is here in the same version is linked, not fetched."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    words = ["pip", "install", "--quiet", "--require-hashes", "--python", folder / "venv" / "bin" / "python"]
    subprocess.run([uv, *words, "-r", folder / "tree" / PINS], check=True)


def _compiled(_folder: str, names: list[str]) -> set[str]:
    return {one for one in names if one == "__pycache__"}
