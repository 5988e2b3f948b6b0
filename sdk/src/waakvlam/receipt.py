"""The receipt: what intake tells a sender about one event, or in a notice about its stream as a whole.

On `receipts.<id>` a receipt is in Avro single-object encoding, like every event; a bare body is read as well. The two
cannot be mistaken for each other: `C3 01` as the start of a body would be a text of negative length. A notice has a
schema of its own, so that a reader of before there were notices passes over it, as over all that is newer than itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from waakvlam.catalogue import fingerprint_of, system_record
from waakvlam.clock import instant_of, iso, micros_of
from waakvlam.codec import HEADER_BYTES, MARKER, schema_reader, schema_writer
from waakvlam.errors import Unreadable

IN_THE_LEDGER = frozenset({"accepted", "duplicate"})
VERDICTS = ("accepted", "duplicate", "parked", "refused", "rejected", "conflict")
NOTICES = ("missing", "found", "silent")

_PROOF = system_record("inclusion_proof")
_PROOF_HEADER = MARKER + fingerprint_of(_PROOF)
_write_proof = schema_writer(_PROOF)
_read_proof = schema_reader(_PROOF, "inclusion_proof.v1")
_SCHEMA, _NOTICE_SCHEMA = system_record("receipt"), system_record("notice")
_HEADER, _NOTICE_HEADER = (MARKER + fingerprint_of(one) for one in (_SCHEMA, _NOTICE_SCHEMA))
_write, _write_notice = schema_writer(_SCHEMA), schema_writer(_NOTICE_SCHEMA)
_read, _read_notice = schema_reader(_SCHEMA, "receipt.v1"), schema_reader(_NOTICE_SCHEMA, "notice.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one event.

    `accepted` and `duplicate` mean that it is in the ledger for good, at `position`; `parked` that it waits for its
    case, also when it was sent once more; `refused` that the case's history does not permit it; `rejected` that it
    cannot be read or is not yours to send; `conflict` that another event has the same id. `reason` and `remarks` are
    Dutch sentences for people.

    A notice is about no event (`is_notice`): `missing` says that the sequence numbers from `first` to `last` did not
    come though later ones did, `found` that they came after all, `silent` that nothing came since `since`.
    """

    id: str
    verdict: str
    recorded_at: datetime
    case: str | None = None
    position: int | None = None
    version: int | None = None
    field: str | None = None
    reason: str | None = None
    remarks: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    since: datetime | None = None
    trace_id: str | None = None  # the trace of the event, from the header beside the receipt

    @property
    def is_notice(self) -> bool:
        """Tell whether this is about the stream as a whole; `id` names no event then."""
        return self.verdict in NOTICES

    @property
    def is_in_the_ledger(self) -> bool:
        """Tell whether the event is in the ledger for good, so that it never needs to be sent again."""
        return self.verdict in IN_THE_LEDGER

    @property
    def is_final(self) -> bool:
        """Tell whether this is the last word on an event: a parked one gets another receipt when its case appears."""
        return self.verdict != "parked" and not self.is_notice

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as plain JSON values; what is empty is left out."""
        values = {name: list(value) if name == "remarks" else value for name, value in asdict(self).items()}
        instants = {"recorded_at": self.recorded_at, "since": self.since}
        values |= {name: iso(micros_of(instant)) for name, instant in instants.items() if instant is not None}
        return {name: value for name, value in values.items() if value}


def notice(
    kind: str,
    *,
    reason: str,
    recorded_at: datetime,
    first: int | None = None,
    last: int | None = None,
    since: datetime | None = None,
) -> Receipt:
    """Return a notice of one of the `NOTICES`."""
    place = f"sequence/{first}-{last}" if first is not None else kind
    return Receipt(id=place, verdict=kind, recorded_at=recorded_at, reason=reason, first=first, last=last, since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that an event is in the ledger: keep `record` and `proof`, and check them with `waakvlam.proof`.

    It comes after the receipt, when the day is over and signed, to whoever sent the event with the header `waakvlam_proof`.
    """

    id: str
    position: int
    record: bytes
    proof: str


def is_proof(value: bytes) -> bool:
    """Tell whether what stands on a receipts topic is a proof and no receipt."""
    return value[:HEADER_BYTES] == _PROOF_HEADER


def encode_proof(proof: Proof) -> bytes:
    """Return the bytes of a proof, as they stand on a receipts topic."""
    return _PROOF_HEADER + _write_proof(asdict(proof))


def decode_proof(value: bytes) -> Proof:
    """Return the proof that the bytes hold; raises Unreadable when they are none."""
    if not is_proof(value):
        raise Unreadable("value", "Dit is geen bewijs van opname.")
    return Proof(**_read_proof(value[HEADER_BYTES:]))


def encode(receipt: Receipt) -> bytes:
    """Return the bytes of a receipt, as they stand on a receipts topic."""
    recorded_at = micros_of(receipt.recorded_at)
    if receipt.is_notice:
        since = None if receipt.since is None else micros_of(receipt.since)
        told = {"first": receipt.first, "last": receipt.last, "since": since, "reason": receipt.reason or ""}
        return _NOTICE_HEADER + _write_notice({"kind": receipt.verdict, "recorded_at": recorded_at, **told})
    told = {name: getattr(receipt, name) for name in _FIELDS}
    return _HEADER + _write(told | {"remarks": list(receipt.remarks), "recorded_at": recorded_at})


def decode(value: bytes) -> Receipt:
    """Return the receipt that the bytes hold; raises Unreadable when they are not one."""
    header = value[:HEADER_BYTES]
    if header == _NOTICE_HEADER:
        return _notice_from(_read_notice(value[HEADER_BYTES:]))
    framed = value[:2] == MARKER
    if framed and header != _HEADER:
        raise Unreadable("value", "Dit is geen ontvangstbewijs: de vingerafdruk is die van een ander schema.")
    record = _read(value[HEADER_BYTES:] if framed else value)
    return Receipt(**(record | {"remarks": tuple(record["remarks"]), "recorded_at": instant_of(record["recorded_at"])}))


_FIELDS = tuple(one["name"] for one in _SCHEMA["fields"])


def _notice_from(record: Mapping[str, Any]) -> Receipt:
    since = record["since"]
    return notice(
        record["kind"],
        reason=record["reason"],
        recorded_at=instant_of(record["recorded_at"]),
        first=record["first"],
        last=record["last"],
        since=None if since is None else instant_of(since),
    )
