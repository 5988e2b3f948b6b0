"""A YAML file as entries that know their file, line and field, so that whatever is wrong is refused by name and place."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rulebook.errors import AgreementError
from rulebook.instants import parse_day

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

_WHOLE = re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII)
_DEPTH_MAX = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in a file: a value, with the file, the line and the field it stands under."""

    file: str
    field: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """The line on which this value begins."""
        return int(self.node.start_mark.line) + 1

    def refuse(self, reason: str) -> AgreementError:
        """Return the error that names this place."""
        return AgreementError(file=self.file, line=self.line, field=self.field, reason=reason)

    @property
    def is_null(self) -> bool:
        """Tell whether nothing stands here."""
        return self._tag == "null"

    @property
    def is_text(self) -> bool:
        """Tell whether text stands here."""
        return self._tag == "str"

    @property
    def is_list(self) -> bool:
        """Tell whether a list stands here."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Tell whether keys and values stand here."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def _tag(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            return ""
        return str(self.node.tag).rpartition(":")[2]

    def keys(self) -> dict[str, "Entry"]:
        """Return the values by key. A key that stands twice is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse("must be a mapping of keys to values")
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._beneath("?", key).refuse("a key must be a single word")
            entry = self._beneath(key.value, key)
            if key.value in found:
                raise entry.refuse("stands here twice")
            found[key.value] = self._beneath(key.value, value)
        return found

    def record(self, known: Collection[str], *, required: Collection[str] = ()) -> dict[str, "Entry"]:
        """Return the values by key; a key that is not known, or one that is missing, is refused."""
        found = self.keys()
        assert isinstance(self.node, yaml.MappingNode), "keys() has looked"
        for key, _ in self.node.value:
            if key.value not in known:
                raise self._beneath(key.value, key).refuse(f"unknown key; known are {', '.join(sorted(known))}")
        for name in required:
            if name not in found:
                raise self._beneath(name, self.node).refuse("is missing")
        return found

    def items(self) -> list["Entry"]:
        """Return the values of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse("must be a list")
        return [Entry(self.file, f"{self.field}[{place}]", one) for place, one in enumerate(self.node.value)]

    def text(self) -> str:
        """Return text that is not empty."""
        if not self.is_text or not self.node.value:
            raise self.refuse("must be text (put it in quotes if it looks like something else)")
        return str(self.node.value)

    def whole(self) -> int:
        """Return a whole number."""
        if self._tag != "int" or not _WHOLE.fullmatch(self.node.value):
            raise self.refuse("must be a whole number")
        return int(self.node.value)

    def flag(self) -> bool:
        """Return true or false."""
        value = str(self.node.value).lower()
        if self._tag != "bool" or value not in {"true", "false"}:
            raise self.refuse("must be true or false")
        return value == "true"

    def day(self) -> int:
        """Return a local day, written YYYY-MM-DD."""
        day = parse_day(self.node.value)
        if day is None:
            raise self.refuse("must be a day that exists, written YYYY-MM-DD")
        return day

    def json(self) -> Any:
        """Return a single JSON value; words such as yes and no are text, and a date is text."""
        value = self.node.value
        match self._tag:
            case "str" | "timestamp":
                return str(value)
            case "null":
                return None
            case "bool":
                return value.lower() == "true" if value.lower() in {"true", "false"} else str(value)
            case "int" if _WHOLE.fullmatch(value):
                return int(value)
            case "float" if math.isfinite(number := _number(value)):
                return number
        raise self.refuse("must be a single value: text, a number, true or false (put it in quotes if it is text)")

    def _beneath(self, key: str, node: yaml.Node) -> "Entry":
        return Entry(self.file, f"{self.field}.{key}" if self.field else key, node)

    def named(self, field: str) -> "Entry":
        """Return this entry under a name that people know it by."""
        return Entry(self.file, field, self.node)


def read(path: Path) -> Entry:
    """Return the one document of a YAML file. Raises AgreementError when it is none."""
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise AgreementError(file=str(path), line=line, field="file", reason=f"not YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AgreementError(file=str(path), line=1, field="file", reason=f"not YAML: {error}") from None
    except OSError as error:
        raise AgreementError(file=str(path), line=1, field="file", reason=f"cannot be read: {error.strerror}") from None
    if node is None:
        raise AgreementError(file=str(path), line=1, field="file", reason="is empty")
    entry = Entry(str(path), "", node)
    _check_depth(entry, node, 0)
    return entry if entry.is_mapping else _refuse_document(entry)


def texts(entry: Entry) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(one.text() for one in entry.items())


def optional_text(found: Mapping[str, Entry], key: str) -> str:
    """Return the text under a key, or nothing where it is left out."""
    return found[key].text() if key in found and not found[key].is_null else ""


def _refuse_document(entry: Entry) -> Entry:
    raise entry.named("file").refuse("must be a mapping of keys to values")


def _check_depth(entry: Entry, node: yaml.Node, depth: int) -> None:
    """Refuse a file whose aliases lead back into themselves, or that is nested beyond sense."""
    if depth > _DEPTH_MAX:
        raise entry.named("file").refuse(f"is nested more than {_DEPTH_MAX} deep")
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            _check_depth(entry, one, depth + 1)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _check_depth(entry, key, depth + 1)
            _check_depth(entry, value, depth + 1)


def _number(text: str) -> float:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return math.nan
