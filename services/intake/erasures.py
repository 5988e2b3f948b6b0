"""A confirmed erasure ends its batch: what is told of the case after it must not be sealed under the key that goes."""

from collections.abc import Collection, Iterator

from ledger.erasing import CONFIRMED
from ledger.streams.records import Arrived, Batch, Place
from waakvlam.catalogue import event_types

_HEADER = ("ce_type", event_types()[CONFIRMED].ce_type.encode())


def parts(batch: Batch) -> Iterator[Batch]:
    """Yield a batch in parts that each end with a confirmed erasure, or with the batch; the order is the batch's."""
    part: dict[Place, list[Arrived]] = {}
    for record in batch:
        part.setdefault(Place(record.topic, record.partition), []).append(record)
        if _HEADER in record.headers:
            yield Batch(part)
            part = {}
    if part:
        yield Batch(part)


def without(batch: Batch, places: Collection[Place]) -> Batch:
    """Return a batch without what was read at places that are held."""
    return Batch({place: some for place, some in batch.records.items() if place not in places})
