"""Numbers that the parts of Waakvlam tell, in Prometheus' format: read from a page, and asked for by name and labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the table of metrics, as a part told it."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)

    def who(self, *names: str) -> str:
        """Return the values of these labels, those that are there, as words."""
        return " ".join(self.labels[name] for name in names if self.labels.get(name))

    def told_by(self, part: str) -> "Reading":
        """Return it with the name of the part that told it, where its own labels do not say that."""
        return Reading(self.name, self.value, {"part": part, **self.labels})


class Readings:
    """All numbers at one moment. What nobody told is None, never 0."""

    def __init__(self, some: Iterable[Reading]) -> None:
        self._by_name: dict[str, list[Reading]] = {}
        for one in some:
            self._by_name.setdefault(one.name, []).append(one)

    def of(self, name: str, **labels: str) -> list[Reading]:
        """Return the readings of a metric with these labels."""
        return [one for one in self._by_name.get(name, ()) if labels.items() <= one.labels.items()]

    def largest(self, name: str, **labels: str) -> float | None:
        """Return the largest of them."""
        return max((one.value for one in self.of(name, **labels)), default=None)

    def smallest(self, name: str, **labels: str) -> float | None:
        """Return the smallest of them."""
        return min((one.value for one in self.of(name, **labels)), default=None)

    def total(self, name: str, **labels: str) -> int | None:
        """Return their sum, of a metric that counts."""
        found = self.of(name, **labels)
        return round(sum(one.value for one in found)) if found else None


def on_page(text: str) -> Iterator[Reading]:
    """Yield the numbers of a page of metrics."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield Reading(sample.name, sample.value, sample.labels)
