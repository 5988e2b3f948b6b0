"""What passes between Kafka and a service: plain records, no client's classes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Arrived(Protocol):
    """A record as it was read; the clients' own records have this shape, so none is copied."""

    @property
    def topic(self) -> str:
        """Where it was read."""

    @property
    def partition(self) -> int:
        """Which part of the topic."""

    @property
    def offset(self) -> int:
        """Its number in that partition."""

    @property
    def key(self) -> bytes | None:
        """The key, byte for byte."""

    @property
    def value(self) -> bytes | None:
        """The value, byte for byte."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """The headers, in their order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read in one go: for each place its records in order, never empty."""

    records: Mapping[Place, Sequence[Arrived]]

    def __len__(self) -> int:
        return sum(len(some) for some in self.records.values())

    def __iter__(self) -> Iterator[Arrived]:
        for some in self.records.values():
            yield from some

    def next_offsets(self) -> dict[Place, int]:
        """Return for each place the offset that follows its last record here: the position after this batch."""
        return {place: some[-1].offset + 1 for place, some in self.records.items()}


class Outgoing(Protocol):
    """A record that is to be sent; the ledger's outbox rows have this shape."""

    @property
    def topic(self) -> str:
        """Where it goes."""

    @property
    def key(self) -> bytes | None:
        """The key; equal keys keep their order."""

    @property
    def value(self) -> bytes | None:
        """The value."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """The headers."""
