"""The ledger's clock on the bus: up to when `case-events` is complete, and where each of its partitions then ends.

A reader whose position in a partition has reached that partition's end has every event of it with `recorded_at` at or
before `time`. What the ledger records later has a later `recorded_at`: it promised so (`Ledger.promise_time`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from waakvlam.catalogue import fingerprint_of, system_record
from waakvlam.codec import HEADER_BYTES, MARKER, schema_reader, schema_writer
from waakvlam.errors import Unreadable

TOPIC = "ledger-clock"

_SCHEMA = system_record("ledger_clock")
_HEADER = MARKER + fingerprint_of(_SCHEMA)
_write = schema_writer(_SCHEMA)
_read = schema_reader(_SCHEMA, "ledger_clock.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerClock:
    """One stroke of the clock."""

    time: int  # microseconds since 1970 UTC
    position: int  # the last notification of the ledger at that time
    ends: Mapping[int, int]  # partition of case-events -> offset that follows its last record


def encode(clock: LedgerClock) -> bytes:
    """Return the bytes of a stroke, in Avro single-object encoding."""
    ends = {str(partition): end for partition, end in clock.ends.items()}
    return _HEADER + _write({"time": clock.time, "position": clock.position, "ends": ends})


def decode(value: bytes) -> LedgerClock:
    """Return the stroke that the bytes hold; raises Unreadable when they are not one."""
    if value[:HEADER_BYTES] != _HEADER:
        raise Unreadable("value", "Dit is geen slag van de klok van het grootboek.")
    stroke = _read(value[HEADER_BYTES:])
    return LedgerClock(
        time=stroke["time"],
        position=stroke["position"],
        ends={int(partition): end for partition, end in stroke["ends"].items()},
    )
