"""`waakvlam agreements show` and `diff`: the agreements in words, for a work group and for people."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from cli.exits import Ends, Exit
from cli.screen import result
from ledger.words import PHASES, ROLES
from rulebook.agreements import load
from rulebook.difference import between
from rulebook.reading import read_file
from rulebook.rules import Agreement
from rulebook.telling import page
from rulebook.wording import Words
from waakvlam.topics import municipalities

SAME = "Er is geen verschil."


def dutch() -> Words:
    """Return the words of this deployment for roles, phases and municipalities."""
    return Words(roles=ROLES, phases=PHASES, municipalities=municipalities())


def read(path: Path, beside: Path | None = None) -> Sequence[Agreement]:
    """Return the agreements of a folder, or the one of a file. Raises AgreementError.

    A file without calendars beside it uses those of the other side of a comparison.
    """
    if not path.exists():
        raise Ends(Exit.USAGE, f"Er is geen bestand of map {path}.")
    return load(path).files if path.is_dir() else (read_file(path, folder=home(path, beside)),)


def home(path: Path, beside: Path | None) -> Path:
    """Return the folder in which the calendars and the other agreements of a path are."""
    own = path if path.is_dir() else path.parent
    if beside is None or (own / "calendars").is_dir():
        return own
    return home(beside, None)


def show(path: Path, *, as_json: bool) -> None:
    """Print agreements as pages that a work group can read."""
    words = dutch()
    found = [(one, page(one, words)) for one in read(path)]
    told = [{"agreement": one.id, "version": one.version, "page": text} for one, text in found]
    result(told, as_json=as_json, lines=[text for _, text in found])


def diff(before: Path, after: Path, *, as_json: bool) -> None:
    """Print what differs between two versions, in words."""
    found = between(read(before, after), read(after, before), dutch())
    result([asdict(one) for one in found], as_json=as_json, lines=[f"- {one.sentence}" for one in found] or [SAME])
