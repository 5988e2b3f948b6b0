"""A page of figures as plain records: tables, each with a picture of the same numbers where people would rather look.

What is shown, drawn and downloaded is one thing, so a picture or a file can never say more than its table.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CASE = "/zaak/"
NOTHING = "–"
DRAWN = 12  # that a picture holds at most; its table has them all
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table; `href` leads to a page of this board. What is `quoted` stays Dutch in every language."""

    text: str
    href: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing in a picture: its number, `None` when it is hidden, and what is said of it."""

    label: str
    value: int | None
    words: str
    is_under: bool = False  # its norm was not met
    norm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a title of its own; the first cell of each row names the row."""

    id: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = ""
    bars: tuple[Bar, ...] = ()
    columns: tuple[Bar, ...] = ()  # one for each week
    most: int | None = None  # the end of the scale; none: the largest of the bars
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page of figures."""

    title: str
    lead: str
    path: str  # its own address, without `.csv`
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # quoted, in Dutch


def cases_of(sheet: Sheet) -> set[str]:
    """Return the cases that a page of figures names: those that a field of it leads to."""
    cells = (cell for table in sheet.tables for cells in table.rows for cell in cells)
    return {cell.href.removeprefix(CASE) for cell in cells if cell.href.startswith(CASE)}


def row(*values: str | int | Cell) -> tuple[Cell, ...]:
    """Return a row of a table."""
    return tuple(one if isinstance(one, Cell) else Cell(str(one)) for one in values)


def as_csv(sheet: Sheet) -> str:
    """Return a page of figures as one file: a title, then each table under its own head."""
    blocks: list[list[Sequence[str]]] = [[(sheet.title,)], [list(fact) for fact in sheet.facts]]
    blocks += [
        [(table.title,), table.head, *([cell.text for cell in cells] for cells in table.rows)] for table in sheet.tables
    ]
    blocks.append([(note,) for note in (*sheet.notes, *sheet.sources)])
    lines: list[Sequence[str]] = []
    for block in blocks:
        if block:
            lines += [*block, ()]
    return written(lines[:-1])


def written(lines: Iterable[Sequence[str]]) -> str:
    """Return lines as a file for a spreadsheet: semicolons, and no field that a spreadsheet would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(field) for field in line] for line in lines)
    return "\ufeff" + text.getvalue()


def harmless(field: str) -> str:
    """Return a field that no spreadsheet takes for a formula: one that looks like one gets an apostrophe before it."""
    return f"'{field}" if field.lstrip(" \u00a0").startswith(_FORMULA) else field


def named(name: str, names: Mapping[str, str], *, nobody: str) -> str:
    """Return the name that belongs to an id: `nobody` for none, the id itself where it has no name."""
    return names.get(name, name) if name else nobody
