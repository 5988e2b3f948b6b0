"""What other agreements would have done: one history replayed under both, and the alerts laid side by side.

An alert is the same under both if case, rule, instance and stage are; its id differs, for the version and the due do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from rulebook import scratch
from rulebook.agreements import Agreements
from rulebook.disclosure import told
from rulebook.event import CORRECTED
from rulebook.instants import local_day, parse_instant
from rulebook.reading import known_fields
from rulebook.replay import HELD, History, case_rows
from rulebook.rows import AlertRow
from rulebook.rules import Agreement
from rulebook.sameness import differing, only

BEFORE, AFTER, ADDED, GONE, EARLIER, LATER = COUNTS = ("before", "after", "added", "gone", "earlier", "later")
MAX_DAY = 10**7  # a day after any history
ALWAYS = -MAX_DAY
Cell = tuple[str, str]


@dataclass(slots=True)
class Backtest:
    """The alerts under both agreements, counted by rule and municipality. Exact: tell only what `cells` gives."""

    last_at: int | None = None
    counts: dict[Cell, Counter[str]] = field(default_factory=dict)

    def cells(self) -> Iterator[tuple[str, str, dict[str, int | None]]]:
        """Yield rule, municipality and counts as they may be told; of all municipalities together first."""
        rules: dict[str, Counter[str]] = {}
        for (rule, _), count in self.counts.items():
            rules.setdefault(rule, Counter()).update(count)
        for rule in sorted(rules):
            yield rule, "", _told(rules[rule])
            for (name, place), count in sorted(self.counts.items()):
                if name == rule and place:  # a case without municipality is in none, and counts among all
                    yield rule, place, _told(count)

    def changed(self) -> frozenset[str]:
        """Return the rules of which some alert comes, goes or moves."""
        return frozenset(
            rule
            for (rule, _), count in self.counts.items()
            if any(count[name] for name in (ADDED, GONE, EARLIER, LATER))
        )


def backtest(
    before: Agreements,
    after: Agreements,
    lines: Iterable[str],
    *,
    since: int | None = None,
    until: int | None = None,
    types: frozenset[str] | None = None,
) -> Backtest:
    """Replay a history under two agreements and count what differs in alerts raised, under either, from `since` on.

    Only rules that differ are replayed, and a long history does not stay in memory (see `rulebook.replay`). Raises
    HistoryError or CannotCount.
    """
    known_types = frozenset(known_fields()) if types is None else types
    with History(known_types, held=HELD) as history:
        history.read(lines)
        last_at = history.last_at if until is None else until
        found = Backtest(last_at)
        if last_at is None:
            return found
        rules = differing(before, after, *_days(history))
        sides = only(before, rules), only(after, rules)
        for case, told_of in history.by_case() if rules else ():
            facts = list(told_of)
            old, new = (case_rows(one, case, facts, last_at) for one in sides)
            place = scratch.known_at(facts, last_at).municipality or ""
            _compare(found, place, old, new, since)
    return found


def _days(history: History) -> tuple[int, int]:
    """Return the first and last day on which something happened, as it was told or corrected."""
    first, last = MAX_DAY, -MAX_DAY
    for _, facts in history.by_case():
        for event in facts:
            days = [event.day]
            if event.type == CORRECTED and event.data.get("occurred_at") is not None:
                days.append(local_day(parse_instant(event.data["occurred_at"])))
            first, last = min(first, *days), max(last, *days)
    return first, last


def as_if_always(files: Iterable[Agreement], one: Agreement) -> Agreements:
    """Return agreements in which one file holds for all days, in place of every version of its agreement."""
    others = [other for other in files if other.id != one.id]
    return Agreements([*others, replace(one, valid_from=ALWAYS, valid_to=None)])


def _compare(found: Backtest, place: str, old: Iterable[AlertRow], new: Iterable[AlertRow], since: int | None) -> None:
    before, after = _by_key(old), _by_key(new)
    for key in before.keys() | after.keys():
        for was, becomes in zip_longest(before.get(key, ()), after.get(key, ())):
            if since is not None and max(one for one in (was, becomes) if one is not None) < since:
                continue
            count = found.counts.setdefault((key[0], place), Counter())
            count[BEFORE] += was is not None
            count[AFTER] += becomes is not None
            if was is None or becomes is None:
                count[ADDED if was is None else GONE] += 1
            else:
                count[EARLIER] += becomes < was
                count[LATER] += becomes > was


def _by_key(rows: Iterable[AlertRow]) -> dict[tuple[str, str, str], list[int]]:
    """Return when alerts were raised, by what they are about; one may be raised again."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        found.setdefault((row.rule, row.instance, row.stage), []).append(row.raised_at)
    return found


def _told(count: Counter[str]) -> dict[str, int | None]:
    return {name: told(count[name]) for name in COUNTS}
