"""Whether it is known whom to call about an agreement, and whether that was verified: the other half of rule ST-35.

A file `contacts/<agreement>.yaml` beside the agreements names, for each organisation, the role that speaks for it, how it
is reached (never a person's name) and when that was last verified.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rulebook.checking_versions import current
from rulebook.dutch import day_in_words
from rulebook.entries import Entry, read
from rulebook.errors import AgreementError
from rulebook.fault_words import in_dutch
from rulebook.finding import ERROR, WARNING, Finding, Places
from rulebook.instants import add_months, date_of
from rulebook.rules import Agreement

FOLDER = "contacts"
VERIFIED_WITHIN_MONTHS = 12
_KEYS = ("contacts", "organisations")
_CONTACT_KEYS = ("organisation", "role", "reach", "verified_on")


def contacts(folder: Path, files: Sequence[Agreement], on: int, places: Mapping[str, Places]) -> Iterator[Finding]:
    """Yield the regional agreements whose contacts are not known, never verified or verified too long ago."""
    for one in current(files, on).values():
        if one.municipalities is None:
            continue
        path = folder / FOLDER / f"{one.id}.yaml"
        if not path.is_file():
            sentence = f"ST-35: er staat nergens wie bij deze afspraak te bereiken zijn ({FOLDER}/{one.id}.yaml)."
            yield places[one.source.file].finding(WARNING, "contact", "agreement", sentence)
            continue
        try:
            yield from _verified(read(path), one.id, on)
        except AgreementError as error:
            yield Finding(ERROR, "leesbaar", error.file, error.line, error.field, in_dutch(error.reason))


def _verified(entry: Entry, agreement: str, on: int) -> Iterator[Finding]:
    found = entry.record(_KEYS, required=_KEYS)
    if found["contacts"].text() != agreement:
        raise found["contacts"].refuse(f"the file is named {agreement}.yaml, so this must be {agreement}")
    for one in found["organisations"].items():
        keys = one.record(_CONTACT_KEYS, required=("organisation", "role", "reach"))
        keys["role"].text(), keys["reach"].text()
        name = keys["organisation"].text()
        told = keys.get("verified_on")
        day = None if told is None or told.is_null else told.day()
        sentence = _why_not(day, on)
        if sentence:
            yield Finding(WARNING, "contact", one.file, one.line, f"contacts[{name}]", f"ST-35: {sentence}")


def _why_not(day: int | None, on: int) -> str:
    if day is None:
        return "of dit contact klopt is nooit bevestigd."
    if day > on:
        return f"dit contact is bevestigd op {day_in_words(date_of(day))}, en dat moet nog komen."
    if add_months(day, VERIFIED_WITHIN_MONTHS) < on:
        return f"dit contact is voor het laatst bevestigd op {day_in_words(date_of(day))}, langer dan een jaar geleden."
    return ""
