"""For each rule whether its alerts were of use, as those who worked with them said. Small counts are hidden.

Which rule alarms too often for nothing is for the working group that keeps the agreements to see; what one person said of
one family is not. So counts are told as everywhere (`rulebook.disclosure`), each by itself and without a total.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rulebook.disclosure import SMALL, in_words, told
from rulebook.figures import SHARE_FROM
from services.board import weeks
from services.board.doing.fields import words
from services.board.language import say
from services.board.marks import JUDGED, USEFUL, Judged
from services.board.overviews.sheet import NOTHING, Bar, Cell, Table, row


def usefulness(judged: Sequence[Judged], titles: Mapping[str, str]) -> Table:
    """Return how useful the alerts of each rule were found, the least useful first."""
    by_rule: dict[str, list[Judged]] = {}
    for one in judged:
        by_rule.setdefault(one.rule, []).append(one)
    shares = {rule: _share(some) for rule, some in by_rule.items()}
    ordered = sorted(by_rule, key=lambda rule: (shares[rule] is None, shares[rule] or 0, rule))
    return Table(
        id="nuttig",
        title=say("Hoe nuttig waren de alarmen"),
        head=(say("Regel"), say("Nuttig"), say("Niet nuttig"), say("Deel nuttig"), say("Vaakst waarom niet")),
        rows=tuple(_line(rule, titles, by_rule[rule], shares[rule]) for rule in ordered),
        bars=tuple(
            Bar(_name(rule, titles), share, say("ongeveer {share} %", share=share))
            for rule in ordered
            if (share := shares[rule]) is not None
        ),
        most=100,
        note=say(
            "Oordelen van de laatste {count} hele weken. Aantallen zijn afgerond op vijf; <5 is één tot en met vier.",
            count=weeks.SHOWN,
        ),
        empty=say("In deze weken gaf nog niemand een oordeel over een alarm."),
    )


def _line(rule: str, titles: Mapping[str, str], some: Sequence[Judged], share: int | None) -> tuple[Cell, ...]:
    useful, useless = _counts(some)
    of_all = NOTHING if share is None else say("ongeveer {share} %", share=share)
    return row(
        Cell(_name(rule, titles), quoted=True), in_words(told(useful)), in_words(told(useless)), of_all, _reason(some)
    )


def _counts(some: Iterable[Judged]) -> tuple[int, int]:
    verdicts = [one.verdict == USEFUL for one in some]
    return sum(verdicts), len(verdicts) - sum(verdicts)


def _share(some: Sequence[Judged]) -> int | None:
    """Return the useful part in percents, from told counts; none where those are hidden or fewer than twenty together."""
    useful, useless = (told(count) for count in _counts(some))
    if useful is None or useless is None or useful + useless < SHARE_FROM:
        return None
    return round(100 * useful / (useful + useless))


def _reason(some: Iterable[Judged]) -> str:
    """Return the reason that was given most, where enough people gave it."""
    given = Counter(one.reason for one in some if one.reason)
    reason, count = min(given.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    return words(JUDGED, "reason").get(reason, reason) if count >= SMALL else NOTHING


def _name(rule: str, titles: Mapping[str, str]) -> str:
    return f"{rule} {titles.get(rule, '')}".rstrip()
