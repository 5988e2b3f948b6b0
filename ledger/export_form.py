"""The form of a whole export: a text of lines, so that one damaged line harms no other.

    waakvlam-export/1 ORIGIN                          the name under which the ledger signs; - when it never signed
    key PUBLIC_KEY                                    every key that ever signed
    record POSITION CHECK BASE64                      every record, in order; CHECK: 16 hex digits of its leaf's hash
    checkpoint BASE64                                 after the last record it covers: its text as it was published
    end RECORDS CASES CHECKPOINTS ROOT SHA256         counts, the Merkle root over all records, the hash of all lines above

Each thing has one spelling: a line that can be read but would be written otherwise is not a line of an export. It is
read and checked with nothing but this page, RFC 6962, RFC 8032 and c2sp.org.
"""

from dataclasses import dataclass

from waakvlam.merkle import leaf_hash
from waakvlam.notes import from_base64, to_base64

TITLE = "waakvlam-export/1"
NO_ORIGIN = "-"
_CHECK_DIGITS = 16


class NoSuchLine(Exception):
    """A line that no export has."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line."""

    origin: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A public key of the ledger."""

    key: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record; `is_whole` tells whether its bytes are those that its check was made of."""

    position: int
    body: bytes
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A checkpoint as it was published (`waakvlam.proof.Growth`)."""

    growth: str


@dataclass(frozen=True, slots=True)
class End:
    """The last line; `cases` counts the chains, those of agencies without a case included."""

    records: int
    cases: int
    checkpoints: int
    root: bytes
    digest: str


Line = Head | KeyLine | RecordLine | CheckpointLine | End


def write(line: Line) -> bytes:
    """Return a line as it stands in the file, its end included."""
    match line:
        case Head(origin):
            text = f"{TITLE} {origin}"
        case KeyLine(key):
            text = f"key {key}"
        case RecordLine(position, body):
            text = f"record {position} {_check(body)} {to_base64(body)}"
        case CheckpointLine(growth):
            text = f"checkpoint {to_base64(growth.encode())}"
        case End(records, cases, checkpoints, root, digest):
            text = f"end {records} {cases} {checkpoints} {to_base64(root)} {digest}"
    return text.encode() + b"\n"


def read(raw: bytes) -> Line:
    """Return the line that the bytes hold; raises NoSuchLine when no export has them."""
    try:
        word, *parts = raw.decode("ascii").removesuffix("\n").split(" ")
        line = _line(word, parts)
    except (ValueError, TypeError, UnicodeDecodeError):
        raise NoSuchLine from None
    if write(line) != raw and not (isinstance(line, RecordLine) and not line.is_whole):
        raise NoSuchLine
    return line


def _line(word: str, parts: list[str]) -> Line:
    match word, parts:
        case "record", [position, check, encoded]:
            body = _bytes(encoded)
            return RecordLine(int(position), body, is_whole=check == _check(body))
        case "checkpoint", [encoded]:
            return CheckpointLine(_bytes(encoded).decode())
        case "key", [key]:
            return KeyLine(key)
        case "end", [records, cases, checkpoints, root, digest]:
            return End(int(records), int(cases), int(checkpoints), _bytes(root), digest)
        case title, [origin] if title == TITLE:
            return Head(origin)
    raise NoSuchLine


def _check(body: bytes) -> str:
    return leaf_hash(body).hex()[:_CHECK_DIGITS]


def _bytes(encoded: str) -> bytes:
    found = from_base64(encoded)
    if found is None:
        raise NoSuchLine
    return found
