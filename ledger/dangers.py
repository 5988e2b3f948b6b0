"""Which rules are about danger: those of weight 5, of which nobody decides alone that they can wait (decision 16)."""

from collections.abc import Callable, Collection

from rulebook.agreements import Agreements
from rulebook.rules import DANGER

Dangers = Callable[[Collection[str]], frozenset[str]]


def dangers_of(agreements: Agreements) -> Dangers:
    """Return the function that tells the ids of the rules of danger in some municipalities; of none named, anywhere.

    A term keeps the version under which it began, so a rule counts as danger when any version there ever said so.
    """

    def dangers(municipalities: Collection[str]) -> frozenset[str]:
        files = [one for one in agreements.files if not municipalities or any(map(one.applies_to, municipalities))]
        return frozenset(rule.id for one in files for rule in one.rules.values() if rule.weight == DANGER)

    return dangers


def no_dangers(_: Collection[str]) -> frozenset[str]:
    """Return none: where no agreement calls anything danger, there is nothing to guard."""
    return frozenset()
