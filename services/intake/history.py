"""A case's history as decisions see it. What an event says is only read when a decision asks for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.learned import decode
from ledger.model import Draft
from ledger.record import Record
from rulebook.event import Event
from waakvlam.codec import data_of


class LazyData(Mapping[str, Any]):
    """The data of an event, decoded from its clear payload at the first look."""

    __slots__ = ("_data", "_payload")

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._data: dict[str, Any] | None = None

    def _read(self) -> dict[str, Any]:
        if self._data is None:
            self._data = data_of(*decode(self._payload))
        return self._data

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def event_of(told: Record | Draft, *, recorded_at: int) -> Event:
    """Return a record, or an event that is about to be one, as the rule book sees it."""
    return Event(
        id=told.event_id,
        type=told.type,
        case=told.case,
        agency=told.agency,
        municipality=told.municipality,
        occurred_at=told.occurred_at,
        recorded_at=recorded_at,
        data=LazyData(told.payload),
    )
