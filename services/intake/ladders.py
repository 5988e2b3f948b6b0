"""The escalation ladders that hold for a case on a day: those of the agreements from which its rules come."""

from collections.abc import Callable, Mapping

from rulebook.agreements import Agreements
from rulebook.rules import Ladder

Ladders = Callable[[str, int], Mapping[str, Ladder]]


def ladders_of(agreements: Agreements) -> Ladders:
    """Return the function that tells the ladders of a municipality on a local day."""

    def ladders(municipality: str, day: int) -> Mapping[str, Ladder]:
        chosen = agreements.plan(municipality).choose(day)
        return {ladder.id: ladder for rule in chosen.values() for ladder in rule.source.ladders.values()}

    return ladders


def no_ladders(_: str, __: int) -> Mapping[str, Ladder]:
    """Return none: where no agreement has a ladder, no escalation can be refused by one."""
    return {}
