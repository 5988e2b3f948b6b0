"""The escalation ladders that hold for a case on a day: those of the agreements from which its rules come."""

from collections.abc import Callable, Iterable, Mapping

from rulebook.agreements import Agreements
from rulebook.event import Event
from rulebook.history import effective
from rulebook.rules import FROM_LADDER, Due, Ladder, Rule

Ladders = Callable[[str | None, int], Mapping[str, Ladder]]


def ladders_of(agreements: Agreements) -> Ladders:
    """Return the function that tells the ladders of a case's municipality on a local day.

    Where two files have a ladder by the same name, it is that of the file whose rule counts its terms by it.
    """

    def ladders(municipality: str | None, day: int) -> Mapping[str, Ladder]:
        rules = sorted(agreements.plan(municipality).choose(day).values(), key=_counts_by_ladder)
        return {ladder.id: ladder for rule in rules for ladder in rule.source.ladders.values()}

    return ladders


def titles_of(ladders: Mapping[str, Ladder]) -> Mapping[str, str]:
    """Return how people call each of these ladders, by its id."""
    return {one: title_of(one, ladder) for one, ladder in ladders.items()}


def title_of(ladder: str, found: Ladder | None) -> str:
    """Return how people call a ladder: by the title of its agreement, with its letters where the id is those."""
    title = found.title if found and found.title else ladder.replace("-", " ").capitalize()
    letters = ladder.upper()
    return title if "-" in ladder or letters in title.upper() else f"{letters} ({title})"


def no_ladders(_: str | None, __: int) -> Mapping[str, Ladder]:
    """Return none: where no agreement has a ladder, no escalation can be refused by one."""
    return {}


def municipality_of(history: Iterable[Event]) -> str | None:
    """Return a case's municipality, that of its first report: whoever tells of an escalation may be elsewhere."""
    return next((one.municipality for one in effective(history) if one.type == "report_received"), None)


def _counts_by_ladder(rule: Rule) -> bool:
    return isinstance(rule, Due) and FROM_LADDER in (rule.warn, rule.breach)
