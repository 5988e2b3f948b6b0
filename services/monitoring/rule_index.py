"""The rules of all agreements by where they stand, for what an alert row does not say itself: words and weight. Pure."""

from rulebook.agreements import Agreements
from rulebook.rules import Rule


class RuleIndex:
    """Finds the rule that an alert names."""

    def __init__(self, agreements: Agreements) -> None:
        self.agreements = agreements
        self._files = {(one.id, one.version): one for one in agreements.files}

    def find(self, agreement: str, version: int, rule: str) -> Rule | None:
        """Return the rule as this version of this agreement has it; nothing when the file is no longer there."""
        found = self._files.get((agreement, version))
        return found.rules.get(rule) if found else None

    def weight(self, agreement: str, version: int, rule: str) -> int:
        """Return how much a rule weighs, 1 to 5; one that we no longer have weighs most."""
        found = self.find(agreement, version, rule)
        return found.weight if found else 5
