"""An event as it was sent: what was redacted is put back in its place. The inverse of `redaction`. Pure."""

from collections.abc import Mapping
from typing import Any

import orjson

from rulebook.event import CORRECTED
from services.intake.redaction import CORRECTION_DATA
from waakvlam.catalogue import EventType
from waakvlam.codec import decode


def restored(payload: bytes, personal: Mapping[str, Any]) -> tuple[EventType, dict[str, Any]]:
    """Return the type and the record of an event from its clear payload and what was sealed, by the paths of `redact`."""
    event_type, record = decode(payload)
    if event_type.name == CORRECTED and record[CORRECTION_DATA] is not None:
        told = {CORRECTION_DATA: orjson.loads(record[CORRECTION_DATA])}
        _put_back(told, personal)
        record[CORRECTION_DATA] = orjson.dumps(told[CORRECTION_DATA]).decode()
    else:
        _put_back(record, personal)
    return event_type, record


def _put_back(record: dict[str, Any], personal: Mapping[str, Any]) -> None:
    for path, value in personal.items():
        *way, last = path.split(".")
        place: Any = record
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
