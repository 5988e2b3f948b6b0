"""The rules of all agreements by where they stand, for what an alert row does not say itself: words and weight. Pure."""

from rulebook import why
from rulebook.agreements import Agreements
from rulebook.alerts import Cause
from rulebook.rules import Rule
from waakvlam.topics import agencies


class RuleIndex:
    """Finds the rule that an alert names."""

    def __init__(self, agreements: Agreements) -> None:
        self.agreements = agreements
        self._files = {(one.id, one.version): one for one in agreements.files}
        self._names = {one.id: one.name for one in agencies().values()}

    def find(self, agreement: str, version: int, rule: str) -> Rule | None:
        """Return the rule as this version of this agreement has it; nothing when the file is no longer there."""
        found = self._files.get((agreement, version))
        return found.rules.get(rule) if found else None

    def weight(self, agreement: str, version: int, rule: str) -> int:
        """Return how much a rule weighs, 1 to 5; one that we no longer have weighs most."""
        found = self.find(agreement, version, rule)
        return found.weight if found else 5

    def sentence(self, agreement: str, version: int, rule: str, cause: Cause) -> str:
        """Return why there is an alert, as people read it; empty for a rule that we no longer have."""
        found = self.find(agreement, version, rule)
        return why.filled(found, cause, self._names) if found else ""
