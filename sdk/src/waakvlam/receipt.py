"""The receipt: what intake tells a sender about one event, as a record and as bytes.

On `receipts.<id>` a receipt is in Avro single-object encoding, like every event; a bare body is read as well. The two
cannot be mistaken for each other: `C3 01` as the start of a body would be a text of negative length.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from waakvlam.catalogue import fingerprint_of, system_record
from waakvlam.clock import instant_of, micros_of
from waakvlam.codec import HEADER_BYTES, MARKER, schema_reader, schema_writer
from waakvlam.errors import Unreadable

IN_THE_LEDGER = frozenset({"accepted", "duplicate"})
VERDICTS = ("accepted", "duplicate", "parked", "refused", "rejected", "conflict")

_PROOF = system_record("inclusion_proof")
_PROOF_HEADER = MARKER + fingerprint_of(_PROOF)
_write_proof = schema_writer(_PROOF)
_read_proof = schema_reader(_PROOF, "inclusion_proof.v1")
_SCHEMA = system_record("receipt")
_HEADER = MARKER + fingerprint_of(_SCHEMA)
_write = schema_writer(_SCHEMA)
_read = schema_reader(_SCHEMA, "receipt.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one event.

    `accepted` and `duplicate` mean that it is in the ledger for good, at `position`; `parked` that it waits for its
    case, also when it was sent once more; `refused` that the case's history does not permit it; `rejected` that it
    cannot be read or is not yours to send; `conflict` that another event has the same id. `reason` and `remarks` are
    Dutch sentences for people.
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

    @property
    def is_in_the_ledger(self) -> bool:
        """Tell whether the event is in the ledger for good, so that it never needs to be sent again."""
        return self.verdict in IN_THE_LEDGER

    @property
    def is_final(self) -> bool:
        """Tell whether this is the last word: a parked event gets another receipt when its case appears."""
        return self.verdict != "parked"

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as plain JSON values; what is empty is left out."""
        values = {**asdict(self), "recorded_at": self.recorded_at.isoformat().replace("+00:00", "Z")}
        return {name: list(value) if name == "remarks" else value for name, value in values.items() if value}


_NAMES = tuple(one.name for one in fields(Receipt))


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
    record = {name: getattr(receipt, name) for name in _NAMES}
    return _HEADER + _write(record | {"recorded_at": micros_of(receipt.recorded_at)})


def decode(value: bytes) -> Receipt:
    """Return the receipt that the bytes hold; raises Unreadable when they are not one."""
    framed = value[:2] == MARKER
    if framed and value[:HEADER_BYTES] != _HEADER:
        raise Unreadable("value", "Dit is geen ontvangstbewijs: de vingerafdruk is die van een ander schema.")
    record = _read(value[HEADER_BYTES:] if framed else value)
    return Receipt(**(record | {"remarks": tuple(record["remarks"]), "recorded_at": instant_of(record["recorded_at"])}))
