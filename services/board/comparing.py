"""The live board view beside one that was made anew: what differs, by table and count; never which family."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.database import Database
from services.board import marks
from services.board.anew import rows_of
from services.board.counting import NAMES
from services.board.store import ALERT

_CASE_AT = 1 + [name.strip() for name in ALERT.split(",")].index("case_id")
Row = tuple[Any, ...]


@dataclass(slots=True)
class Compared:
    """How many cases were compared, how many the live view has not read yet, and what differs: (table, how) -> count."""

    cases: int = 0
    behind: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)


def versions_in(live: Database) -> dict[str, int]:
    """Return how far the live view has read each case: to be asked before the new one reads to the ledger's end."""
    return dict(rows_of(live, "board_cases"))


def compare(live: Database, new: Database, before: Mapping[str, int]) -> Compared:
    """Compare the cases that both have read equally far; one that the live view reads on meanwhile is not compared."""
    result, differing = Compared(), dict[str, list[tuple[str, str]]]()
    same = _same_version(rows_of(new, "board_cases"), before, result, differing)
    for case, how in _alerts_that_differ(rows_of(live, "board_alerts"), rows_of(new, "board_alerts")):
        if case in same:
            differing.setdefault(case, []).append(("board_alerts", how))
    if not result.behind:  # these numbers are of all cases together
        for name, how, count in _numbers_that_differ(live, new):
            result.found[name, how] += count
    now = _versions_of(live, differing)
    for case, kinds in differing.items():
        if now.get(case) == before.get(case):
            result.found.update(kinds)
        else:
            result.behind += 1
    return result


def _same_version(
    new: Iterator[Row], before: Mapping[str, int], result: Compared, differing: dict[str, list[tuple[str, str]]]
) -> set[str]:
    """Return the cases that both have read equally far; count the others, and note those that cannot be."""
    same, known = set[str](), set[str]()
    for case, version in new:
        at = before.get(case, 0)
        result.cases += 1
        known.add(case)
        if at == version:
            same.add(case)
        elif at < version:
            result.behind += 1
        else:
            differing.setdefault(case, []).append(("board_cases", "different"))
    for case in before.keys() - known:
        differing.setdefault(case, []).append(("board_cases", "too many"))
    return same


def _numbers_that_differ(live: Database, new: Database) -> Iterator[tuple[str, str, int]]:
    for name in (*NAMES, *marks.NAMES):
        sides = []
        for database in (live, new):
            with database.reading() as t:
                sides.append(Counter(t.rows(f"SELECT * FROM {name}")))  # noqa: S608 - our own names
        yield name, "too many", (sides[0] - sides[1]).total()
        yield name, "missing", (sides[1] - sides[0]).total()


def _versions_of(live: Database, cases: Iterable[str]) -> dict[str, int]:
    with live.reading() as t:
        return dict(t.rows_in("SELECT case_id, version FROM board_cases WHERE case_id {in}", cases))


def _alerts_that_differ(live: Iterator[Row], new: Iterator[Row]) -> Iterator[tuple[str, str]]:
    """Yield (case, how) for each alert that is not the same in both; both come in order of their id."""
    one, other = next(live, None), next(new, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None, "one of the two is there"
            yield str(one[_CASE_AT]), "too many"
            one = next(live, None)
        elif one is None or other[0] < one[0]:
            yield str(other[_CASE_AT]), "missing"
            other = next(new, None)
        else:
            if one != other:
                yield str(other[_CASE_AT]), "different"
            one, other = next(live, None), next(new, None)
