"""Which version of which rule holds for a case on a day, and who looks at which event (rule book section 3)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from rulebook.matcher import Where
from rulebook.rules import Agreement, Keyed, Rule


class Plan:
    """What holds for the cases of one municipality: on each day one version of each rule, and who looks at which event."""

    def __init__(self, agreements: Iterable[Agreement], municipality: str | None) -> None:
        files = [one for one in agreements if one.applies_to(municipality)]
        edges = {one.valid_from for one in files} | {one.valid_to + 1 for one in files if one.valid_to is not None}
        self._edges = sorted(edges)
        self._choices: list[Mapping[str, Rule]] = [{}, *(_chosen(files, day) for day in self._edges)]
        rules = {rule: None for choice in self._choices for rule in choice.values()}
        self.rules = tuple(rules)
        self.silences = tuple(sorted({rule.id for rule in self.rules if rule.is_silence}))
        self.counted = tuple(rule for rule in self.rules if not rule.is_silence)
        self.signals = tuple(rule for rule in self.rules if rule.is_signal)
        self.conditional = tuple(
            rule.id if rule.is_silence else rule for rule in self.rules if rule.if_case is not None
        )
        self.touched: dict[str, tuple[Rule, ...]] = {}
        self.keyed: dict[str, tuple[tuple[Keyed, tuple[Where, ...] | None, tuple[Where, ...] | None], ...]] = {}
        for rule in self.counted:
            for name in rule.touches():
                self.touched[name] = (*self.touched.get(name, ()), rule)
                if isinstance(rule, Keyed):
                    entry = (rule, rule.start.by_type.get(name), rule.until.by_type.get(name))
                    self.keyed[name] = (*self.keyed.get(name, ()), entry)
        self.recounted: dict[str, tuple[Rule, ...]] = {
            name: found
            for name, rules_of in self.touched.items()
            if (found := tuple(rule for rule in rules_of if not isinstance(rule, Keyed)))
        }

    def choose(self, day: int) -> Mapping[str, Rule]:
        """Return, by rule id, the version of each rule that a start on this day takes."""
        return self._choices[bisect_right(self._edges, day)]


class Agreements:
    """Every agreements file that was read, and the plan for each municipality."""

    def __init__(self, files: Iterable[Agreement]) -> None:
        self.files = tuple(files)
        self._listed = frozenset(code for one in self.files for code in one.municipalities or ())
        self._plans: dict[str | None, Plan] = {}

    def plan(self, municipality: str | None) -> Plan:
        """Return what holds for the cases of a municipality; none while a case has no report."""
        listed = municipality if municipality in self._listed else None
        if listed not in self._plans:
            self._plans[listed] = Plan(self.files, listed)
        return self._plans[listed]


def _chosen(files: Iterable[Agreement], day: int) -> Mapping[str, Rule]:
    counting: dict[str, Agreement] = {}
    for one in files:
        if one.is_valid_on(day) and (one.id not in counting or counting[one.id].version < one.version):
            counting[one.id] = one
    chosen: dict[str, Rule] = {}
    for one in sorted(counting.values(), key=lambda one: (one.municipalities is not None, one.version, one.id)):
        chosen.update(one.rules)
    return chosen
