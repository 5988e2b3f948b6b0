"""`waakvlam agreements publish`: from now on this version is what was agreed, and its file never changes."""

from pathlib import Path

from cli.agreement_pages import dutch
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import read_settings
from rulebook.checking import check
from rulebook.checking_published import LOCK, digest, locked, with_file
from rulebook.faults import look
from rulebook.finding import ERROR
from rulebook.instants import local_day


def publish(file: Path, *, as_json: bool) -> None:
    """Add a file to the lock of its folder, if nothing in that folder is wrong."""
    folder, name = file.parent, file.name
    if not file.is_file():
        raise Ends(Exit.USAGE, f"Er is geen bestand {file}. Geef het bestand van de nieuwe versie.")
    before = (locked(folder) or {}).get(name)
    if before is not None and before != digest(file):
        step = "Zet het terug zoals het was, en maak een nieuw bestand met een hogere versie."
        raise Ends(Exit.REFUSED, f"{name} is al gepubliceerd en daarna veranderd. {step}")
    agreement = next((one for one in look(folder).agreements if Path(one.source.file).name == name), None)
    errors = [one for one in check(folder, local_day(read_settings().time().micros()), dutch()) if one.level == ERROR]
    if errors or agreement is None:
        told = "\n".join(one.in_words() for one in errors)
        raise Ends(Exit.REFUSED, f"{name} is niet gepubliceerd: eerst moet in de map alles kloppen.\n{told}".rstrip())
    if before is None:
        _replace(folder / LOCK, with_file(folder, name))
    said = "is gepubliceerd" if before is None else "was al gepubliceerd"
    line = f"{name}: versie {agreement.version} van {agreement.id} {said}. Een wijziging is voortaan een nieuw bestand."
    result({"file": name, "sha256": digest(file), "is_new": before is None}, as_json=as_json, lines=[line])


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, "utf-8")
    new.replace(path)
