"""`waakvlam agreements check`: what is wrong with agreements or worth a look, before they hold."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

from cli.agreement_pages import dutch
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import read_settings
from rulebook.checking import check
from rulebook.finding import ERROR, LEVELS, WARNING, Finding
from rulebook.instants import local_day, parse_day


def check_folder(folder: Path | None, on: str | None, *, strict: bool, as_json: bool) -> Exit:
    """Print the findings on a folder of agreements, worst first, and return how the command ends."""
    settings = read_settings()
    place = settings.agreements if folder is None else folder
    if not place.is_dir():
        raise Ends(Exit.USAGE, f"Er is geen map {place}. Geef de map waarin de afspraken staan.")
    day = local_day(settings.time().micros()) if on is None else parse_day(on)
    if day is None:
        raise Ends(Exit.USAGE, f"--on: {on} is geen dag die bestaat, geschreven als JJJJ-MM-DD.")
    found = check(place, day, dutch())
    lines = [*(one.in_words() for one in found), _count(found)]
    result([asdict(one) for one in found], as_json=as_json, lines=lines)
    levels = {one.level for one in found}
    if ERROR in levels:
        return Exit.REFUSED
    return Exit.DIFFERS if strict and WARNING in levels else Exit.OK


def _count(found: list[Finding]) -> str:
    counts = Counter(one.level for one in found)
    return "Gevonden: " + ", ".join(f"{counts[level]} × {word}" for level, word in LEVELS.items()) + "."
