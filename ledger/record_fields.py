"""The fields of a record of the ledger, from its bytes; one after the other, as `schemas/system/ledger_record.v1.avsc` has them.

It reads nothing but bytes as a writer makes them (`ledger.avro`), and is one of the modules that may be compiled (`cli.compiled`).
"""

from collections.abc import Callable
from typing import Any

from ledger.avro import Unsure, long, octets, step_of, text, truth
from rulebook.event import Event

DIGEST_BYTES = 32  # SHA-256
_text_or_none = step_of(["null", "string"])


def read(body: bytes) -> tuple[Any, ...]:
    """Return the fields in the order in which they stand; raises Unsure, or some other error, for odd bytes."""
    event_id, at = text(body, 0)
    source, at = text(body, at)
    case, at = text(body, at)
    caseless, at = truth(body, at)
    version, at = long(body, at)
    kind, at = text(body, at)
    agency, at = text(body, at)
    municipality, at = text(body, at)
    reference, at = _text_or_none(body, at)
    recorded_by, at = _text_or_none(body, at)
    occurred_at, at = long(body, at)
    recorded_at, at = long(body, at)
    payload, at = octets(body, at)
    sealed, at = octets(body, at)
    if at + DIGEST_BYTES != len(body):
        raise Unsure
    told = event_id, source, case, caseless, version, kind, agency, municipality, reference, recorded_by
    return *told, occurred_at, recorded_at, payload, sealed, body[at:]


def event(body: bytes, data: Callable[[bytes], dict[str, Any]]) -> tuple[int, Event]:
    """Return the version and the event of a record of a case; `data` reads its payload. Raises as `read` and `data` do."""
    event_id, _, case, _, version, kind, agency, municipality, _, _, occurred_at, recorded_at, payload, _, _ = read(
        body
    )
    return version, Event(
        id=event_id,
        type=kind,
        case=case,
        agency=agency,
        municipality=municipality,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        data=data(payload),
    )
