"""The live radar beside one that was made anew: what differs, by table and count; never which family.

The two are seldom at the same instant: the live one has read less, or looked further. Where a case is the same in both there
is nothing to ask. Where it is not, it is told again from the ledger's facts up to exactly where the live row stands.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.record import Record
from services.monitoring import alert_view
from services.monitoring.audit import differences
from services.monitoring.radar import event_of
from services.monitoring.records import CaseRow, Fact, NumberedRow, Turn
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView, body_of

CASES_AT_ONCE = 500
TABLE_OF = {
    "case": ("radar", "different"),
    "broken": ("radar", "broken"),
    "facts": ("facts", "different"),
    "alert_missing": ("alerts", "missing"),
    "alert_unfounded": ("alerts", "too many"),
    "alert_state": ("alerts", "different"),
    "turn_missing": ("turns", "missing"),
}
AlertRows = Mapping[tuple[str, int], NumberedRow]


@dataclass(slots=True)
class Compared:
    """How many cases were compared, how many the live view has not read yet, and what differs: (table, how) -> count."""

    cases: int = 0
    behind: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Side:
    """Some cases as one of the two views has them."""

    rows: Mapping[str, CaseRow]
    facts: Mapping[str, Sequence[Fact]]
    alerts: Mapping[str, AlertRows]
    turns: Mapping[str, Sequence[Turn]]


class Comparison:
    """`read_to` tells of a partition before which `recorded_at` the live view has surely read everything."""

    def __init__(
        self,
        live: RadarView,
        new: RadarView,
        rules: RuleIndex,
        *,
        history: Callable[[str], Sequence[Record]],
        read_to: Callable[[int], int],
        partition_of: Callable[[str], int],
    ) -> None:
        self._live = live
        self._new = new
        self._rules = rules
        self._history = history
        self._read_to = read_to
        self._partition_of = partition_of

    def pages(self) -> Iterator[Compared]:
        """Compare all cases, yielding after each page what was found so far."""
        so_far, after = Compared(), ""
        while cases := self._page(after):
            live, new = _side(self._live, cases), _side(self._new, cases)
            for case in cases:
                self._compare(so_far, case, live, new)
            after = cases[-1]
            yield so_far

    def _page(self, after: str) -> list[str]:
        """Return the next cases that either of the two has."""
        found: list[list[str]] = []
        for view in (self._live, self._new):
            with view.reading() as t:
                sql = f"SELECT case_id FROM radar WHERE case_id > ? ORDER BY case_id LIMIT {CASES_AT_ONCE}"  # noqa: S608 - a number of our own
                found.append([case for (case,) in t.rows(sql, (after,))])
        full = [some[-1] for some in found if len(some) == CASES_AT_ONCE]
        return sorted({case for some in found for case in some if not full or case <= min(full)})

    def _compare(self, so_far: Compared, case: str, live: _Side, new: _Side) -> None:
        so_far.cases += 1
        row, anew = live.rows.get(case), new.rows.get(case)
        facts = [*new.facts.get(case, [])]
        read_to = self._read_to(self._partition_of(case))
        owed = sum(fact.known_at < read_to for fact in facts)
        if (row.version if row else 0) < owed:
            so_far.found["facts" if row else "radar", "missing"] += 1
            return
        if row is None:
            so_far.behind += 1
            return
        if row.version > len(facts):
            facts = [Fact(one.version, event_of(one)) for one in self._history(case)]
        so_far.behind += row.version < len(facts)
        self._compare_facts(so_far, live.facts.get(case, []), facts[: row.version], row)
        self._compare_told(so_far, live.alerts.get(case, {}), new.alerts.get(case, {}))
        if anew is not None and _is_same(case, row, anew, live, new):
            return
        if row.partition != self._partition_of(case):
            so_far.found["radar", "different"] += 1
        here = facts[: row.version]
        for kind in differences(self._rules, row, here, live.alerts.get(case, {}), live.turns.get(case, [])):
            so_far.found[TABLE_OF[kind]] += 1

    @staticmethod
    def _compare_facts(so_far: Compared, live: Sequence[Fact], true: Sequence[Fact], row: CaseRow) -> None:
        if row.version > len(true) or [one.version for one in live[: len(true)]] != [one.version for one in true]:
            so_far.found["facts", "missing" if len(live) < len(true) else "too many"] += 1
        else:
            so_far.found["facts", "different"] += sum(
                body_of(one.event) != body_of(other.event) for one, other in zip(live, true, strict=False)
            )

    @staticmethod
    def _compare_told(so_far: Compared, live: AlertRows, new: AlertRows) -> None:
        """Compare what an alert row says, where both have it: when it closed depends on the instant, the rest does not."""
        for key in live.keys() & new.keys():
            one, other = live[key], new[key]
            if (one.raised_at, one.because) == (other.raised_at, other.because):
                same = replace(other, closed_at=one.closed_at, outcome=one.outcome, is_early=one.is_early)
                so_far.found["alerts", "different"] += one != same


def _side(view: RadarView, cases: Sequence[str]) -> _Side:
    with view.reading() as t:
        return _Side(
            view.cases(t, cases),
            view.facts(t, cases),
            alert_view.of_cases(t, cases),
            alert_view.turns_of_cases(t, cases),
        )


def _is_same(case: str, row: CaseRow, anew: CaseRow, live: _Side, new: _Side) -> bool:
    """Tell whether a case is the same in both; up to when it was looked at does not count."""
    return (
        replace(row, advanced_to=0) == replace(anew, advanced_to=0)
        and _settled(live.alerts.get(case, {})) == _settled(new.alerts.get(case, {}))
        and set(live.turns.get(case, ())) == set(new.turns.get(case, ()))
    )


def _settled(rows: AlertRows) -> dict[tuple[str, int], NumberedRow]:
    return {key: replace(row, is_early=False) for key, row in rows.items()}
