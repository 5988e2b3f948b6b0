"""Signed notes, checkpoints and cosignatures, as c2sp.org has them: signed-note, tlog-checkpoint and tlog-cosignature.

A checkpoint says how many records a ledger had and what their Merkle root was; its last line says at the end of which
day, Amsterdam time. Keys are written as Go's `golang.org/x/mod/sumdb/note` writes them, so outside tools can check all of it:
`name+id+base64` for everyone, `PRIVATE+KEY+name+id+base64` for the owner. Ed25519 only.

Signing and checking need the package `cryptography` (`pip install waakvlam[proof]`); reading does not.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from waakvlam.errors import NotProven
from waakvlam.merkle import HASH_BYTES

LOG, WITNESS = 1, 4  # what a key signs for: checkpoints of its own log, or cosignatures of another's
NOTE_BYTES_MAX = 1_000_000
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_NAME = re.compile(r"[^\s+]+")
_DAY = re.compile(r"day ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_STAMP_BYTES, _SIGNATURE_BYTES = 8, 64


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by which signatures are checked. Two are the same when their text is."""

    name: str
    use: int
    raw: bytes

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """Return the key that a line of text holds; raises NotProven when it holds none."""
        name, _, rest = text.strip().partition("+")
        told, _, encoded = rest.partition("+")
        data = from_base64(encoded)
        if not _NAME.fullmatch(name) or data is None or len(data) != HASH_BYTES + 1 or data[0] not in (LOG, WITNESS):
            raise NotProven("Dit is geen openbare sleutel van de vorm naam+nummer+base64 (Ed25519).")
        found = cls(name, data[0], data[1:])
        if found.id.hex() != told:
            raise NotProven(
                f"Het nummer {told[:8]} past niet bij de openbare sleutel van {name}; is hij heel gekopieerd?"
            )
        return found

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names this key."""
        return _key_id(self.name, self.use, self.raw)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.use]) + self.raw)}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature (without the key's id) is of this key, on this text."""
        if self.use == LOG:
            return _is_signed(self.raw, signature, text)
        stamp, rest = signature[:_STAMP_BYTES], signature[_STAMP_BYTES:]
        return _is_signed(self.raw, rest, _cosigned(text, int.from_bytes(stamp, "big")))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs. Keep its text where only its owner can read it."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def make(cls, name: str, seed: bytes) -> "PrivateKey":
        """Return the key of 32 random bytes; raises NotProven for a name with a space or a plus."""
        if not _NAME.fullmatch(name) or len(seed) != HASH_BYTES:
            raise NotProven("De naam van een sleutel heeft geen spatie of plusteken.")
        return cls(name, seed)

    @classmethod
    def read(cls, text: str) -> "PrivateKey":
        """Return the key that a line of text holds; raises NotProven, without repeating any of it, when it holds none."""
        name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
        data = from_base64(rest.partition("+")[2])
        if not text.startswith(_PRIVATE) or data is None or len(data) != HASH_BYTES + 1 or data[0] != LOG:
            raise NotProven("Dit is geen geheime sleutel van de vorm PRIVATE+KEY+naam+nummer+base64 (Ed25519).")
        return cls.make(name, data[1:])

    def text(self) -> str:
        """Return the key as the line that `read` reads."""
        told = _key_id(self.name, LOG, _raw_public(self.seed)).hex()
        return f"{_PRIVATE}{self.name}+{told}+{to_base64(bytes([LOG]) + self.seed)}"

    def public(self, use: int = LOG) -> PublicKey:
        """Return the key by which its signatures are checked: as a log's own, or as a WITNESS."""
        return PublicKey(self.name, use, _raw_public(self.seed))

    def signature(self, text: str) -> str:
        """Return the line by which a log signs its note."""
        return _line(self.public(), _signed(self.seed, text))

    def cosignature(self, text: str, at_seconds: int) -> str:
        """Return the line by which a witness cosigns a checkpoint's text at an instant (seconds since 1970)."""
        signed = _signed(self.seed, _cosigned(text, at_seconds))
        return _line(self.public(WITNESS), at_seconds.to_bytes(_STAMP_BYTES, "big") + signed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger says about itself at the end of a day; `day` is empty on the checkpoints of other logs."""

    origin: str
    size: int
    root: bytes
    day: str = ""

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Return the checkpoint that a note's text holds; raises NotProven when it holds none, or more than one spelling allows."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _NUMBER.fullmatch(lines[1]):
            raise NotProven("Dit is geen controlepunt: het heeft niet de regels oorsprong, aantal en wortel.")
        root = from_base64(lines[2])
        if root is None or len(root) != HASH_BYTES:
            raise NotProven("De wortel van dit controlepunt is geen SHA-256 in base64.")
        day = _DAY.fullmatch(lines[3])
        return cls(lines[0], int(lines[1]), root, day[1] if day else "")

    def text(self) -> str:
        """Return the text that is signed."""
        day = f"day {self.day}\n" if self.day else ""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n{day}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with the signatures under it: (name, key's id, signature) for each."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, whole: str) -> "Note":
        """Return the note; raises NotProven when it is none, or is spelled otherwise than the specification has it."""
        text, blank, rest = whole.rpartition("\n\n")
        lines = rest.split("\n")
        if not blank or len(whole) > NOTE_BYTES_MAX or lines.pop() or not lines:
            raise NotProven("Dit is geen ondertekend bericht: onder een lege regel horen handtekeningen te staan.")
        return cls(text + "\n", tuple(map(_signature_in, lines)))

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that its text is; raises NotProven when it is none."""
        return Checkpoint.read(self.text)

    def __str__(self) -> str:
        lines = "".join(f"{_DASH}{name} {to_base64(key + signature)}\n" for name, key, signature in self.signatures)
        return f"{self.text}\n{lines}"

    def signers(self, keys: Iterable[PublicKey]) -> Iterator[PublicKey]:
        """Yield those of these keys that signed; raises NotProven when a signature of one of them is not right."""
        for key in keys:
            for name, key_id, signature in self.signatures:
                if (name, key_id) == (key.name, key.id):
                    if not key.has_signed(self.text, signature):
                        raise NotProven(f"De handtekening van {name} klopt niet: dit is niet wat er is ondertekend.")
                    yield key


def trusted(whole: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Return the checkpoint of a note that one of these keys of its log signed; raises NotProven when none did."""
    note = Note.read(whole)
    found = note.checkpoint
    if not any(one.use == LOG and one.name == found.origin for one in note.signers(keys)):
        raise NotProven(
            f"Geen van de sleutels die u vertrouwt heeft dit controlepunt van {found.origin[:80]} ondertekend."
        )
    return found


def with_lines(whole: str, lines: Iterable[str]) -> str:
    """Return a note with signature lines added under it; those that are there already are not added again."""
    return whole + "".join(dict.fromkeys(line for line in lines if line not in whole))


def to_base64(data: bytes) -> str:
    """Return bytes as base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes | None:
    """Return the bytes of a base64 text; None when there is another spelling for them."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if to_base64(data) == text else None


def _signature_in(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = from_base64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or data is None or len(data) <= 4:
        raise NotProven("Een van de regels onder dit bericht is geen handtekening.")
    return name, data[:4], data[4:]


def _line(key: PublicKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {to_base64(key.id + signature)}\n"


def _key_id(name: str, use: int, raw: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + bytes([use]) + raw).digest()[:4]


def _cosigned(text: str, at_seconds: int) -> str:
    return f"cosignature/v1\ntime {at_seconds}\n{text}"


def _raw_public(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - an extra

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _signed(seed: bytes, text: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - an extra

    return Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())


def _is_signed(raw: bytes, signature: bytes, text: str) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - an extra

    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
