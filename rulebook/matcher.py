"""Which events are meant: types, each with or without values that a field must have (rule book section 3)."""

from collections.abc import Hashable, Mapping

from rulebook.event import Event
from rulebook.values import comparable

Where = tuple[tuple[str, frozenset[Hashable]], ...]


class Matcher:
    """A list of event types, each with or without `where`."""

    __slots__ = ("by_type",)

    def __init__(self, entries: list[tuple[str, Where]]) -> None:
        by_type: dict[str, tuple[Where, ...]] = {}
        for name, where in entries:
            by_type[name] = (*by_type.get(name, ()), where)
        self.by_type: Mapping[str, tuple[Where, ...]] = by_type

    def matches(self, event: Event) -> bool:
        """Tell whether an event is one of those meant."""
        for where in self.by_type.get(event.type, ()):  # noqa: SIM110 - asked several times for each event
            if not where or passes(event, where):
                return True
        return False


def passes(event: Event, where: Where) -> bool:
    """Tell whether the fields of an event have the values that are allowed."""
    for name, allowed in where:
        if name not in event.data:
            return False
        value = event.data[name]
        values = value if isinstance(value, list) else (value,)
        if not any(comparable(one) in allowed for one in values):
            return False
    return True


NOTHING = Matcher([])
