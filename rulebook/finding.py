"""A finding of the check: how bad, where, and a Dutch sentence that says what to do with it."""

from dataclasses import dataclass

from rulebook.entries import Entry

ERROR, WARNING, NOTE = "error", "warning", "note"
_RANKS = {ERROR: 0, WARNING: 1, NOTE: 2}
LEVELS = {ERROR: "fout", WARNING: "let op", NOTE: "ter informatie"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. An error must be mended; a warning needs a decision; a note is worth knowing."""

    level: str
    about: str
    file: str
    line: int
    field: str
    sentence: str

    @property
    def rank(self) -> int:
        """How bad it is: the smaller the worse."""
        return _RANKS[self.level]

    def in_words(self) -> str:
        """Return the finding as one line."""
        return f"{LEVELS[self.level]}: {self.file}:{self.line}: {self.field}: {self.sentence}"


class Places:
    """Where things stand in a file, and findings about them."""

    def __init__(self, entry: Entry) -> None:
        self.file = entry.file
        self._keys = entry.keys()
        self._lines: dict[str, int] = {key: value.line for key, value in self._keys.items()}
        for part in ("rules", "ladders"):
            for one in self._keys[part].items() if part in self._keys else ():
                keys = one.keys()
                name = f"{part}[{keys['id'].text()}]"
                self._lines |= {f"{name}.{key}": value.line for key, value in keys.items()}
                self._lines[name] = one.line
        self.lists = self._keys["attention"].keys() if "attention" in self._keys else {}
        self._lines |= {f"attention.{name}": value.line for name, value in self.lists.items()}

    def finding(self, level: str, about: str, field: str, sentence: str) -> Finding:
        """Return a finding about a field; the line is that of the field, or of the nearest thing it stands in."""
        nearest = field
        while nearest not in self._lines and "." in nearest:
            nearest = nearest.rpartition(".")[0]
        return Finding(level, about, self.file, self._lines.get(nearest, 1), field, sentence)

    def rules(self) -> list[Entry]:
        """Return the rules as they stand in the file."""
        return self._keys["rules"].items()

    def names_used(self) -> frozenset[str]:
        """Return the names of the attention lists that some rule of this file uses."""
        told = [one.keys() for one in self.rules()]
        named = {keys["to"].text() for keys in told if "to" in keys and keys["to"].is_text}
        return frozenset(named | ({"default"} if any("to" not in keys for keys in told) else set()))
