"""Whether published agreements are still what they were: a published file never changes, a change is a new file (section 3).

`published.lock` beside the agreements holds a line for each published file, as `sha256sum` writes it, so that
`sha256sum --check published.lock` says the same without this program.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rulebook.finding import ERROR, NOTE, WARNING, Finding
from rulebook.rules import Agreement

LOCK = "published.lock"
HEAD = (
    "# Gepubliceerde afspraken: hun bestanden veranderen niet meer. Erbij zetten: waakvlam agreements publish BESTAND\n"
)
ABOUT, FIELD = "gepubliceerd", "bestand"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def digest(path: Path) -> str:
    """Return what tells a file from every other: the SHA-256 of its bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def locked(folder: Path) -> Mapping[str, str] | None:
    """Return the digest of each published file of a folder by its name; nothing when nothing was ever published there."""
    path = folder / LOCK
    if not path.is_file():
        return None
    found = (_LINE.fullmatch(line) for line in path.read_text("utf-8").splitlines())
    return {one[2]: one[1] for one in found if one}


def with_file(folder: Path, name: str) -> str:
    """Return the text of the lock with one file more; what stands in it already stays as it is."""
    files = {name: digest(folder / name)} | dict(locked(folder) or {})
    return HEAD + "".join(f"{files[one]}  {one}\n" for one in sorted(files))


def findings(folder: Path, agreements: Sequence[Agreement], on: int) -> Iterator[Finding]:
    """Yield published files that changed or are gone, lines of the lock that say nothing, and files that rule unpublished."""
    files = locked(folder)
    if files is None:
        sentence = f"Er is geen {LOCK}: wie een afspraak verandert die al geldt, merkt dat niet. Leg elk bestand vast met `waakvlam agreements publish`."
        yield Finding(NOTE, ABOUT, str(folder / LOCK), 1, FIELD, sentence)
        return
    yield from _unreadable(folder / LOCK)
    for name, published in files.items():
        path = folder / name
        if not path.is_file():
            sentence = (
                "Dit gepubliceerde bestand is er niet meer, en lopende termijnen houden zich eraan. Zet het terug."
            )
            yield Finding(ERROR, ABOUT, str(path), 1, FIELD, sentence)
        elif digest(path) != published:
            sentence = (
                "Dit bestand is gepubliceerd en daarna veranderd. Zet het terug zoals het was, en maak voor de wijziging een nieuw "
                "bestand met een hogere versie."
            )
            yield Finding(ERROR, ABOUT, str(path), 1, FIELD, sentence)
    for one in agreements:
        name = Path(one.source.file).name
        if one.valid_from <= on and name not in files:
            sentence = (
                f"Deze versie geldt al en is niet gepubliceerd. Leg haar vast: `waakvlam agreements publish {name}`."
            )
            yield Finding(WARNING, ABOUT, one.source.file, 1, FIELD, sentence)


def _unreadable(path: Path) -> Iterator[Finding]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#") and not _LINE.fullmatch(line):
            sentence = "Deze regel zegt niets: eerst de SHA-256 van een bestand, dan twee spaties en zijn naam."
            yield Finding(ERROR, ABOUT, str(path), number, FIELD, sentence)
