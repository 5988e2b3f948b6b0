"""What waits: events parked until their case appears, and messages to publish after the commit."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from ledger import sealing, tables
from ledger.database import Statements
from ledger.model import Alias, OutboxRow, Parked, Wire
from ledger.sealing import Key, KeyStore

PARKED_COLUMNS = (
    "event_id",
    "source",
    "content",
    "agency",
    "reference",
    "case_id",
    "type",
    "reason",
    "parked_at",
    "due_at",
)
_COLUMNS = ", ".join(("id", *PARKED_COLUMNS, "body"))


def key_name(agency: str) -> str:
    """Return the name of the key under which an agency's parked events are sealed."""
    return f"parked:{agency}"


def park(statements: Statements, parked: Parked, key: Key) -> None:
    """Store a parked event; what came over the wire is sealed, for it may hold anything."""
    columns = {name: getattr(parked, name) for name in PARKED_COLUMNS if name != "case_id"} | {"case_id": parked.case}
    columns["event_id"] = tables.key(parked.event_id)
    columns["reference"] = None if parked.reference is None else tables.key(parked.reference)
    row = [columns[name] for name in PARKED_COLUMNS]
    wire = as_values(Wire(key=parked.key, headers=parked.headers, value=parked.value))
    wire |= {"event_id": parked.event_id, "reference": parked.reference}
    body = sealing.seal(wire, key, columns["event_id"].encode())
    marks = ", ".join("?" * (len(row) + 1))
    statements.execute(f"INSERT INTO parked ({', '.join(PARKED_COLUMNS)}, body) VALUES ({marks})", [*row, body])  # noqa: S608 - our own columns


def parked_for(statements: Statements, aliases: Iterable[Alias], cases: Iterable[str], keys: KeyStore) -> list[Parked]:
    """Return what waits under these file numbers or for these cases, in the order in which it was parked."""
    rows: list[tuple[Any, ...]] = []
    by_agency: dict[str, set[str]] = {}
    for agency, reference in aliases:
        by_agency.setdefault(agency, set()).add(tables.key(reference))
    for agency, references in by_agency.items():
        question = f"SELECT {_COLUMNS} FROM parked WHERE agency = ? AND reference {{in}}"  # noqa: S608 - our own columns
        rows += statements.rows_in(question, references, before=[agency])
    question = f"SELECT {_COLUMNS} FROM parked WHERE case_id {{in}}"  # noqa: S608 - our own columns
    rows += statements.rows_in(question, set(cases))
    return [_parked_from(row, keys) for row in sorted({row[0]: row for row in rows}.values())]


def item(event_id: str) -> str:
    """Return the name of a parked event in the record of decisions."""
    return f"parked/{tables.key(event_id)}"


def listed(statements: Statements, *, agency: str | None = None, event_id: str | None = None) -> list[Parked]:
    """Return what waits, in the order in which it was parked, WITHOUT what came over the wire: no key is needed."""
    question, asked = f"SELECT id, {', '.join(PARKED_COLUMNS)} FROM parked WHERE 1 = 1", []  # noqa: S608 - our own columns
    if agency is not None:
        question, asked = f"{question} AND agency = ?", [agency]
    if event_id is not None:
        question, asked = f"{question} AND event_id = ?", [*asked, tables.key(event_id)]
    names = ["case" if name == "case_id" else name for name in PARKED_COLUMNS]
    rows = statements.rows(f"{question} ORDER BY id", asked)
    return [Parked(**dict(zip(names, row[1:], strict=True)), key=None, headers=(), value=b"") for row in rows]


def overdue(statements: Statements, now: int, limit: int, keys: KeyStore) -> list[Parked]:
    """Return what has waited past its deadline, the longest first."""
    question = f"SELECT {_COLUMNS} FROM parked WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"  # noqa: S608 - our own columns
    return [_parked_from(row, keys) for row in statements.rows(question, (now, limit))]


def _parked_from(row: tuple[Any, ...], keys: KeyStore) -> Parked:
    columns = dict(zip(PARKED_COLUMNS, row[1:-1], strict=True))
    case = columns.pop("case_id")
    bound = columns["event_id"].encode()
    wire = sealing.open_sealed(row[-1], case=key_name(columns["agency"]), bound=bound, keys=keys)
    columns |= {"event_id": wire["event_id"], "reference": wire["reference"]}
    came = from_values(wire)
    return Parked(**columns, case=case, key=came.key, headers=came.headers, value=came.value or b"")


def as_values(wire: Wire) -> dict[str, Any]:
    """Return what came over the wire as values that can be sealed."""
    return {"key": _text(wire.key), "headers": _headers(wire.headers), "value": _text(wire.value)}


def from_values(values: Mapping[str, Any]) -> Wire:
    """Return what came over the wire, byte for byte, from the values that were sealed."""
    return Wire(key=_bytes(values["key"]), headers=_headers_from(values["headers"]), value=_bytes(values["value"]))


def send(statements: Statements, rows: Iterable[OutboxRow]) -> None:
    """Put messages in the outbox."""
    statements.executemany(
        "INSERT INTO outbox (topic, key, headers, value) VALUES (?, ?, ?, ?)",
        [(row.topic, row.key, orjson.dumps(_headers(row.headers)), row.value) for row in rows],
    )


def outbox(statements: Statements, limit: int) -> list[OutboxRow]:
    """Return the messages that wait longest, in order."""
    question = "SELECT id, topic, key, headers, value FROM outbox ORDER BY id LIMIT ?"
    return [
        OutboxRow(id=number, topic=topic, key=key, headers=_headers_from(orjson.loads(headers)), value=value)
        for number, topic, key, headers, value in statements.rows(question, (limit,))
    ]


def _headers(headers: Sequence[tuple[str, bytes]]) -> list[tuple[str, str | None]]:
    return [(name, _text(value)) for name, value in headers]


def _headers_from(stored: Sequence[Sequence[str]]) -> list[tuple[str, bytes]]:
    return [(name, _bytes(value) or b"") for name, value in stored]


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)
